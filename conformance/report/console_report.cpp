#include "conformance/report/console_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>

#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

std::string_view colour_of(verdict one) {
  switch (one) {
    case verdict::pass:
      return "\x1b[32m";
    case verdict::skipped:
      return "\x1b[36m";
    case verdict::warn:
    case verdict::inconclusive:
      return "\x1b[33m";
    case verdict::fail:
    case verdict::harness_error:
      return "\x1b[31m";
  }
  return "";
}

}  // namespace

verdict run_result::worst() const {
  verdict out = verdict::pass;
  for (const case_result& one : cases) out = worse(out, one.judged.outcome);
  return out;
}

std::size_t run_result::count(verdict one) const {
  return static_cast<std::size_t>(std::count_if(
      cases.begin(), cases.end(), [&](const case_result& c) { return c.judged.outcome == one; }));
}

void console_report::on_case(const case_result& one, std::size_t done, std::size_t planned) {
  std::string label{to_string(one.judged.outcome)};
  std::transform(label.begin(), label.end(), label.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  const bool colour = style_ == style::coloured;
  to_ << fmt::format("[{:>4}/{}] {}{:<12}{} {}  {:.2f} s", done, planned,
                     colour ? colour_of(one.judged.outcome) : "", label, colour ? "\x1b[0m" : "", one.name,
                     one.wall_seconds);
  if (one.world == "sim") to_ << fmt::format(" ({:.0f} s virtual)", one.world_seconds);
  to_ << std::endl;
}

void console_report::explain(const case_result& one) {
  to_ << "\n" << one.name << ": " << one.title << "\n";
  if (!one.judged.harness_failure.empty()) to_ << "  harness error: " << one.judged.harness_failure << "\n";
  std::size_t shown = 0;
  for (const finding& each : one.judged.findings) {
    constexpr std::size_t shown_max = 5;
    if (++shown > shown_max) {
      to_ << fmt::format("  ... and {} more findings\n", one.judged.findings.size() - shown_max);
      break;
    }
    const requirement* about = find_requirement(each.requirement);
    to_ << "  " << (each.kind == finding::weight::failure ? "" : "inconclusive: ")
        << (each.requirement.empty() ? "expectation" : each.requirement);
    if (about != nullptr)
      to_ << " (" << to_string(about->level) << ", " << to_string(about->role) << "): " << about->text;
    to_ << fmt::format("\n    where:    {} at {:.6f} s\n    expected: {}\n    actual:   {}\n", each.subject,
                       static_cast<double>(each.t) / 1e9, each.expected, each.actual);
  }
  if (!one.timeline.empty()) to_ << "  timeline around the first divergence:\n" << one.timeline;
  to_ << "  seed " << one.seed << "; run it again: " << one.reproduce << "\n";
  if (!one.transcript_file.empty()) to_ << "  transcript: " << one.transcript_file << "\n";
}

void console_report::summary(const run_result& all, const std::string& folder) {
  struct tally {
    std::size_t cases = 0, passed = 0;
  };
  std::map<std::string, tally> areas;
  for (const case_result& one : all.cases) {
    ++areas[one.area].cases;
    if (one.judged.outcome == verdict::pass || one.judged.outcome == verdict::warn) ++areas[one.area].passed;
  }
  to_ << "\n";
  for (const auto& [area, one] : areas)
    to_ << fmt::format("  {:<14} {:>4} of {:>4} passed\n", area, one.passed, one.cases);
  to_ << fmt::format(
      "\n{} cases in {:.1f} s: {} pass, {} warn, {} skipped, {} inconclusive, {} fail, {} harness-error\n",
      all.cases.size(), all.wall_seconds, all.count(verdict::pass), all.count(verdict::warn),
      all.count(verdict::skipped), all.count(verdict::inconclusive), all.count(verdict::fail),
      all.count(verdict::harness_error));
  if (!folder.empty()) to_ << "reports: " << folder << "/results.json, " << folder << "/junit.xml\n";
  const std::size_t bad =
      all.count(verdict::fail) + all.count(verdict::harness_error) + all.count(verdict::inconclusive);
  to_ << fmt::format("{} passed, {} failed, {} skipped\n",
                     all.cases.size() - bad - all.count(verdict::skipped), bad, all.count(verdict::skipped));
}

}  // namespace kitfox::conformance
