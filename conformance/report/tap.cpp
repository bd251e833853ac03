#include "conformance/report/tap.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/report/plain_text.hpp"
#include "conformance/report/provenance.hpp"

namespace kitfox::conformance {
namespace {

/// A description ends at "#", and a line at its end.
std::string tap_text(std::string_view text) {
  std::string out;
  for (const char c : as_utf8(text)) {
    if (c == '#' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

/// Every JSON string is a YAML string, too.
std::string yaml_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view result_of(verdict one) {
  return one == verdict::pass || one == verdict::warn || one == verdict::skipped ? "ok" : "not ok";
}

void print_details(std::string& out, const case_result& one) {
  out += fmt::format("  ---\n  severity: {}\n", to_string(one.judged.outcome));
  if (!one.judged.harness_failure.empty())
    out += fmt::format("  message: {}\n", yaml_text(one.judged.harness_failure));
  if (one.agrees_with_sim && one.agrees_with_sim->first)
    out += fmt::format("  message: {}\n",
                       yaml_text("sim and sockets disagree on " + one.agrees_with_sim->first->about));
  if (!one.judged.findings.empty()) out += "  findings:\n";
  for (const finding& each : one.judged.findings) {
    out += fmt::format(
        "    - requirement: {}\n      subject: {}\n      seconds: {:.6f}\n      expected: {}\n      actual: "
        "{}\n",
        yaml_text(each.requirement), yaml_text(each.subject), static_cast<double>(each.t) / 1e9,
        yaml_text(each.expected), yaml_text(each.actual));
  }
  out += fmt::format("  reproduce: {}\n  ...\n", yaml_text(one.reproduce));
}

}  // namespace

std::string print_tap(const run_result& all) {
  std::string out = fmt::format("TAP version 14\n1..{}\n", std::max(all.planned, all.cases.size()));
  for (const auto& [name, value] : provenance_of(all.origin))
    out += fmt::format("# {}: {}\n", tap_text(name), tap_text(value));
  std::size_t number = 0;
  for (const case_result& one : all.cases) {
    out += fmt::format("{} {} - {}", result_of(one.judged.outcome), ++number, tap_text(one.name));
    if (one.judged.outcome == verdict::skipped) out += " # SKIP " + tap_text(one.skipped_because);
    out += "\n";
    if (!is_quiet(one)) print_details(out, one);
  }
  if (all.interrupted)
    out += "Bail out! interrupted\n";
  else if (all.count(verdict::skipped) == all.cases.size())
    out += "Bail out! nothing was executed\n";
  return out;
}

}  // namespace kitfox::conformance
