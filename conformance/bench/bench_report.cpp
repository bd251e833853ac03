#include "conformance/bench/bench_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <thread>

namespace kitfox::conformance {
namespace {

const char* sign_of(bench_target::side which) { return which == bench_target::side::at_least ? ">=" : "<="; }

}  // namespace

bool bench_report::met() const noexcept {
  return std::ranges::all_of(targets, [](const bench_target& one) { return one.met(); });
}

nlohmann::ordered_json bench_report::to_json() const {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const bench_target& one : targets) {
    all.push_back({{"name", one.name},
                   {"measured", one.measured},
                   {"relation", sign_of(one.which)},
                   {"target", one.bound},
                   {"unit", one.unit},
                   {"ok", one.met()}});
  }
  return {{"schema", schema},
          {"cores", std::thread::hardware_concurrency()},
          {"settings", settings},
          {"values", values},
          {"targets", std::move(all)}};
}

void bench_report::print(std::ostream& out) const {
  out << text;
  if (!targets.empty())
    out << fmt::format("\n{:<36} {:>12}    {:>12}  {}\n", "target", "measured", "wanted", "unit");
  for (const bench_target& one : targets) {
    out << fmt::format("{:<36} {:>12.6g}  {} {:>11.6g}  {:<16}  {}\n", one.name, one.measured,
                       sign_of(one.which), one.bound, one.unit, one.met() ? "ok" : "MISSED");
  }
}

}  // namespace kitfox::conformance
