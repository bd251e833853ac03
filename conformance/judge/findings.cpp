#include "conformance/judge/findings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kitfox::conformance {

requirement_role findings::side_of(const std::string& requirement, requirement_role said) const {
  const auto found = spoken_of_.find(requirement);
  return said == requirement_role::both && found != spoken_of_.end() ? found->second : said;
}

void findings::evaluated(std::string_view requirement, std::size_t times, requirement_role side) {
  const std::string id{requirement};
  evaluated_[id] += times;
  evaluated_of_[{id, side_of(id, side)}] += times;
}

std::size_t findings::observations_of(const std::string& requirement, requirement_role side) const {
  std::size_t out = 0;
  for (const requirement_role one : {side, requirement_role::both})
    if (const auto found = evaluated_of_.find({requirement, one}); found != evaluated_of_.end())
      out += found->second;
  return out;
}

void findings::add(finding one, const finding_place& at) {
  one.side = side_of(one.requirement, one.side);
  one.check = check_;
  if (++kept_[{one.requirement, check_}] > kept_max) return;
  one.t = at.t;
  one.record = find_record(about_, at, one.subject);
  all_.push_back(std::move(one));
}

void findings::fail(std::string_view requirement, std::string subject, std::string expected,
                    std::string actual, const finding_place& at, requirement_role side) {
  add({std::string{requirement}, std::move(subject), std::move(expected), std::move(actual), 0, 0,
       finding::weight::failure, side},
      at);
}

void findings::unclear(std::string_view requirement, std::string subject, std::string expected,
                       std::string actual, const finding_place& at, requirement_role side) {
  add({std::string{requirement}, std::move(subject), std::move(expected), std::move(actual), 0, 0,
       finding::weight::inconclusive, side},
      at);
}

void findings::too_late(std::string_view requirement, std::string subject, std::string expected,
                        std::string actual, const finding_place& at, instant excess, requirement_role side) {
  const instant beyond = excess - tolerance(about_);
  if (beyond <= 0) return;
  if (beyond <= about_.lateness_max) {
    unclear(requirement, std::move(subject), std::move(expected),
            std::move(actual) + ", while the harness itself was up to " + print_span(about_.lateness_max) +
                " late",
            at, side);
  } else {
    fail(requirement, std::move(subject), std::move(expected), std::move(actual), at, side);
  }
}

std::string print_span(instant nanoseconds) {
  const double s = static_cast<double>(nanoseconds) / 1e9;
  if (s < 0) return "-" + print_span(-nanoseconds);
  if (s < 1e-3) return fmt::format("{:.0f} us", s * 1e6);
  if (s < 1) return fmt::format("{:.3g} ms", s * 1e3);
  if (s < 120) return fmt::format("{:.4g} s", s);
  return fmt::format("{:.4g} min", s / 60);
}

instant tolerance(const evidence& about) {
  const bool virtual_time = about.facts().value("world", "") == "sim";
  return virtual_time ? seconds(0.001) : seconds(0.25);
}

}  // namespace kitfox::conformance
