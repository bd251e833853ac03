#include "conformance/judge/findings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kitfox::conformance {

void findings::add(finding one) {
  if (++kept_[one.requirement] > kept_max) return;
  const auto records = about_.source->records();
  const auto at = std::find_if(records.begin(), records.end(), [&](const record& r) {
    return r.t >= one.t && r.kind != record_kind::header;
  });
  one.record = at == records.end() ? records.size() - 1 : static_cast<std::size_t>(at - records.begin());
  all_.push_back(std::move(one));
}

void findings::fail(std::string_view requirement, std::string subject, std::string expected,
                    std::string actual, instant t) {
  add({std::string{requirement}, std::move(subject), std::move(expected), std::move(actual), t, 0,
       finding::weight::failure});
}

void findings::unclear(std::string_view requirement, std::string subject, std::string expected,
                       std::string actual, instant t) {
  add({std::string{requirement}, std::move(subject), std::move(expected), std::move(actual), t, 0,
       finding::weight::inconclusive});
}

void findings::too_late(std::string_view requirement, std::string subject, std::string expected,
                        std::string actual, instant t, instant excess) {
  const instant beyond = excess - tolerance(about_);
  if (beyond <= 0) return;
  if (beyond <= about_.lateness_max) {
    unclear(requirement, std::move(subject), std::move(expected),
            std::move(actual) + ", while the harness itself was up to " + print_span(about_.lateness_max) +
                " late",
            t);
  } else {
    fail(requirement, std::move(subject), std::move(expected), std::move(actual), t);
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
