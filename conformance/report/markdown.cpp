#include "conformance/report/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/report/plain_text.hpp"
#include "conformance/report/provenance.hpp"
#include "conformance/report/requirement_summary.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::size_t text_bytes_max = 400;
/// Kept free for the sentences after the explanations.
constexpr std::size_t tail_bytes = 8'000;

std::string single_line(std::string_view text) {
  std::string out = as_utf8(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

std::size_t longest_run_of_backticks(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::string headline(const run_result& all) {
  const std::size_t executed = all.cases.size() - all.count(verdict::skipped);
  if (executed == 0) return "nothing was executed";
  std::string out;
  const auto add = [&](verdict one, const char* words) {
    if (const std::size_t count = all.count(one); count > 0)
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, words);
  };
  add(verdict::harness_error, "harness errors");
  add(verdict::fail, "failed");
  add(verdict::inconclusive, "inconclusive");
  if (out.empty()) out = is_conformant(all) ? "conformant" : all.claim ? "no claim of conformance" : "passed";
  if (all.count(verdict::warn) > 0) out += fmt::format(", {} with warnings", all.count(verdict::warn));
  out += fmt::format(" · {} of {} cases executed", executed, std::max(all.planned, all.cases.size()));
  return out;
}

std::string area_table(const run_result& all) {
  std::map<std::string, std::map<verdict, std::size_t>> areas;
  for (const case_result& one : all.cases) ++areas[one.area][one.judged.outcome];
  constexpr verdict columns[] = {verdict::pass,         verdict::warn, verdict::skipped,
                                 verdict::inconclusive, verdict::fail, verdict::harness_error};
  std::string out =
      "| area | pass | warn | skipped | inconclusive | fail | harness error |\n"
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (auto& [area, counts] : areas) {
    out += "| " + escape_markdown(area) + " |";
    for (const verdict one : columns) out += counts[one] == 0 ? "  |" : fmt::format(" {} |", counts[one]);
    out += "\n";
  }
  return out;
}

std::string code_block(std::string_view text) {
  const std::string fence(std::max<std::size_t>(3, longest_run_of_backticks(text) + 1), '`');
  return fence + "sh\n" + single_line(text) + "\n" + fence + "\n";
}

std::string explanation(const case_result& one) {
  const finding* first = first_divergence(one.judged);
  std::string out = fmt::format("<details><summary><b>{}</b> <code>{}</code></summary>\n\n",
                                to_string(one.judged.outcome), escape_xml(single_line(one.name)));
  if (!one.title.empty()) out += escape_markdown(one.title) + "\n\n";
  if (!one.judged.harness_failure.empty())
    out += "Harness error: " + code_span(cut_text(one.judged.harness_failure, text_bytes_max)) + "\n\n";
  if (one.agrees_with_sim && one.agrees_with_sim->first) {
    const trace_disagreement& apart = *one.agrees_with_sim->first;
    out += fmt::format("`sim` and `sockets` disagree on {}: {} and {}.\n\n", code_span(apart.about),
                       code_span(cut_text(apart.left, text_bytes_max)),
                       code_span(cut_text(apart.right, text_bytes_max)));
  }
  if (first != nullptr) {
    const requirement* about = find_requirement(first->requirement);
    if (about != nullptr)
      out += fmt::format("> **{}** ({}): {}\n\n", about->id, to_string(about->level),
                         escape_markdown(about->text));
    out += fmt::format(
        "| | |\n| --- | --- |\n| where | {} at {:.3f} s |\n| expected | {} |\n| actual | {} |\n\n",
        code_span(first->subject), static_cast<double>(first->t) / 1e9,
        code_span(cut_text(first->expected, text_bytes_max)),
        code_span(cut_text(first->actual, text_bytes_max)));
    if (one.judged.findings.size() > 1)
      out += fmt::format("and {} more findings.\n\n", one.judged.findings.size() - 1);
  }
  return out + code_block(one.reproduce) + "\n</details>\n";
}

std::string skips(const run_result& all) {
  std::string out;
  std::size_t named = 0;
  for (const case_result& one : all.cases) {
    if (one.judged.outcome != verdict::skipped) continue;
    if (named == 0) out += "\n**Skipped**\n\n";
    if (++named <= summary_skips_max)
      out += fmt::format("- {}: {}\n", code_span(cut_text(one.name, 120)),
                         code_span(cut_text(one.skipped_because, 120)));
  }
  if (named > summary_skips_max) out += fmt::format("- and {} more\n", named - summary_skips_max);
  return out;
}

/// The digests of a subject of many files are for results.json.
std::string made_of(const run_origin& origin) {
  constexpr std::size_t named_max = 12;
  const auto known = provenance_of(origin);
  std::string out;
  for (std::size_t i = 0; i < std::min(known.size(), named_max); ++i)
    out += fmt::format("| {} | {} |\n", escape_markdown(cut_text(known[i].first, 80)),
                       code_span(cut_text(known[i].second, 80)));
  if (known.size() > named_max) out += fmt::format("| | and {} more |\n", known.size() - named_max);
  return out.empty()
             ? out
             : "\n<details><summary>made of</summary>\n\n| | |\n| --- | --- |\n" + out + "\n</details>\n";
}

}  // namespace

std::string code_span(std::string_view text) {
  const std::string line = single_line(text);
  if (line.find_first_not_of(' ') == std::string::npos) return "(nothing)";
  std::string inner;
  for (const char c : line) inner += c == '|' ? std::string{"\\|"} : std::string{c};
  const std::string fence(longest_run_of_backticks(line) + 1, '`');
  const bool apart = line.front() == '`' || line.back() == '`';
  return fence + (apart ? " " : "") + inner + (apart ? " " : "") + fence;
}

std::string escape_markdown(std::string_view text) {
  constexpr std::string_view markup = "\\`*_{}[]()#+-!|~";
  std::string out;
  for (const char c : single_line(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '@')
      out += "@&#8203;";  // else whoever has that name would be told
    else
      out += markup.find(c) == std::string_view::npos ? std::string{c} : std::string{'\\', c};
  }
  return out;
}

std::string print_markdown(const run_result& all) {
  std::string out = "### kitfox: " + headline(all) + "\n\n";
  if (all.claim) out += escape_markdown(all.claim->subject + ". " + all.claim->verdict) + "\n\n";
  if (all.interrupted) out += "A signal ended the run before all cases were over.\n\n";
  if (all.out_of_time > 0)
    out += fmt::format("The deadline of the run passed: {} of its cases were not run.\n\n", all.out_of_time);
  if (!all.cases.empty()) out += area_table(all);
  std::size_t left_out = 0;
  for (const case_result& one : all.cases) {
    if (is_quiet(one)) continue;
    const std::string part = "\n" + explanation(one);
    if (left_out > 0 || out.size() + part.size() > summary_bytes_max - tail_bytes)
      ++left_out;
    else
      out += part;
  }
  if (left_out > 0)
    out +=
        fmt::format("\n{} more cases did not pass and are left out here; see the full report.\n", left_out);
  return out + skips(all) + made_of(all.origin);
}

}  // namespace kitfox::conformance
