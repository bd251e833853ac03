#include "conformance/report/console_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>

#include "conformance/report/plain_text.hpp"
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

bool is_quiet(const case_result& one) {
  return one.judged.outcome == verdict::pass || one.judged.outcome == verdict::skipped;
}

void console_report::clear_running() {
  if (style_ == style::terminal) to_ << "\r\x1b[K";
}

void console_report::show_running(std::size_t done, std::size_t planned) {
  if (style_ != style::terminal || running_.empty()) return;
  constexpr std::size_t columns = 79;
  std::string line = fmt::format("{} of {} done, running", done, planned);
  for (const std::string& one : running_) line += " " + one;
  to_ << cut_text(line, columns - 3) << std::flush;
}

void console_report::on_begin(const std::string& name, std::size_t done, std::size_t planned) {
  running_.insert(name);
  clear_running();
  show_running(done, planned);
}

void console_report::on_quiet_end(const std::string& name, std::size_t done, std::size_t planned) {
  running_.erase(name);
  clear_running();
  show_running(done, planned);
}

void console_report::on_case(const case_result& one, std::size_t done, std::size_t planned) {
  running_.erase(one.name);
  clear_running();
  std::string label{to_string(one.judged.outcome)};
  std::transform(label.begin(), label.end(), label.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  const bool colour = style_ == style::terminal;
  to_ << fmt::format("[{:>4}/{}] {}{:<13}{} {}", done, planned, colour ? colour_of(one.judged.outcome) : "",
                     label, colour ? "\x1b[0m" : "", one.name);
  if (!one.skipped_because.empty()) {
    to_ << "  " << one.skipped_because;
  } else {
    to_ << fmt::format("  {:.2f} s", one.wall_seconds);
    if (one.world == "sim") to_ << fmt::format(" ({:.0f} s virtual)", one.world_seconds);
    if (one.accelerated > 1) to_ << fmt::format(", {} times as quick", one.accelerated);
    if (one.runs > 1) to_ << ", in its second run";
    if (one.agrees_with_sim && one.agrees_with_sim->is == agreement::outcome::agree)
      to_ << ", agrees with sim";
    if (one.agrees_with_sim && one.agrees_with_sim->is == agreement::outcome::excused)
      to_ << ", not compared with sim: " << one.agrees_with_sim->reason;
  }
  to_ << "\n";
  show_running(done, planned);
  to_ << std::flush;
}

void console_report::explain(const case_result& one, const std::string& folder) {
  to_ << "\n" << one.name << ": " << one.title << "\n";
  if (!one.judged.harness_failure.empty()) to_ << "  harness error: " << one.judged.harness_failure << "\n";
  if (one.agrees_with_sim && one.agrees_with_sim->first)
    to_ << "  sim and sockets disagree on "
        << print_disagreement(*one.agrees_with_sim->first, "    sim", "    sockets");
  if (one.agrees_with_sim && one.agrees_with_sim->is == agreement::outcome::not_the_same)
    to_ << "  sim and sockets cannot be compared: " << one.agrees_with_sim->reason << "\n";
  // The worst first: it decides the verdict. Among equals, the first in time.
  std::vector<finding> findings = one.judged.findings;
  std::ranges::stable_sort(findings, [](const finding& a, const finding& b) { return weigh(b) < weigh(a); });
  std::size_t shown = 0;
  for (const finding& each : findings) {
    constexpr std::size_t shown_max = 5;
    if (++shown > shown_max) {
      to_ << fmt::format("  ... and {} more findings\n", findings.size() - shown_max);
      break;
    }
    const requirement* about = find_requirement(each.requirement);
    to_ << "  " << (each.kind == finding::weight::failure ? "" : "inconclusive: ")
        << (each.requirement.empty() ? "expectation" : each.requirement);
    if (about != nullptr)
      to_ << " (" << to_string(about->level) << ", " << to_string(about->role) << "): " << about->text;
    to_ << as_utf8(fmt::format("\n    where:    {} at {:.6f} s\n    expected: {}\n    actual:   {}\n",
                               each.subject, static_cast<double>(each.t) / 1e9, each.expected, each.actual));
  }
  if (!one.timeline.empty())
    to_ << (findings.empty() ? "  how the run ended:\n" : "  timeline around the first divergence:\n")
        << one.timeline;
  if (!one.transcript_file.empty()) to_ << "  transcript: " << folder << "/" << one.transcript_file << "\n";
  if (!one.logs_folder.empty())
    to_ << "  what the programs wrote: " << folder << "/" << one.logs_folder << "\n";
  else if (one.world != "sim" && folder.empty())
    to_ << "  with --out DIR the transcript and what the programs wrote are kept\n";
  to_ << "  seed " << one.seed << "; run it again: " << one.reproduce << "\n";
}

void console_report::explain_first(const run_result& all, const std::string& folder) {
  std::size_t explained = 0;
  for (const case_result& one : all.cases) {
    if (!is_quiet(one) && ++explained <= explained_max) explain(one, folder);
  }
  if (explained > explained_max)
    to_ << "\n... and " << explained - explained_max << " more that did not pass"
        << (folder.empty() ? "" : "; all are in " + folder + "/report.html") << "\n";
}

void console_report::summary(const run_result& all, const std::string& folder) {
  struct tally {
    std::size_t cases = 0, passed = 0, skipped = 0;
  };
  std::map<std::string, tally> areas;
  for (const case_result& one : all.cases) {
    ++areas[one.area].cases;
    if (one.judged.outcome == verdict::pass || one.judged.outcome == verdict::warn) ++areas[one.area].passed;
    if (one.judged.outcome == verdict::skipped) ++areas[one.area].skipped;
  }
  clear_running();
  to_ << "\n";
  if (all.interrupted)
    to_ << fmt::format("interrupted: {} of {} cases were over\n", all.cases.size(), all.planned);
  if (all.out_of_time > 0)
    to_ << fmt::format("out of time: {} of {} cases were not run\n", all.out_of_time, all.cases.size());
  for (const auto& [area, one] : areas)
    to_ << fmt::format("  {:<14} {:>4} of {:>4} passed{}\n", area, one.passed, one.cases - one.skipped,
                       one.skipped == 0 ? "" : fmt::format(", {} skipped", one.skipped));
  to_ << fmt::format(
      "\n{} cases in {:.1f} s: {} pass, {} warn, {} skipped, {} inconclusive, {} fail, {} harness-error\n",
      all.cases.size(), all.wall_seconds, all.count(verdict::pass), all.count(verdict::warn),
      all.count(verdict::skipped), all.count(verdict::inconclusive), all.count(verdict::fail),
      all.count(verdict::harness_error));
  if (!folder.empty())
    to_ << fmt::format("reports: {0}/report.html, {0}/results.json, {0}/junit.xml, {0}/transcripts/\n",
                       folder);
  const std::size_t bad =
      all.count(verdict::fail) + all.count(verdict::harness_error) + all.count(verdict::inconclusive);
  const std::size_t warned = all.count(verdict::warn);
  to_ << fmt::format(
      "{} passed, {}{} failed, {} skipped\n", all.cases.size() - bad - all.count(verdict::skipped),
      warned == 0 ? "" : fmt::format("{} with warnings, ", warned), bad, all.count(verdict::skipped));
}

}  // namespace kitfox::conformance
