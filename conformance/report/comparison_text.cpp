#include "conformance/report/comparison_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/report/markdown.hpp"
#include "conformance/report/plain_text.hpp"

namespace kitfox::conformance {
namespace {

std::string_view word(std::optional<verdict> one) { return one ? to_string(*one) : "not there"; }

std::vector<const compared*> of_kind(const std::vector<compared>& all, change kind) {
  std::vector<const compared*> out;
  for (const compared& one : all) {
    if (one.what == kind) out.push_back(&one);
  }
  return out;
}

constexpr std::size_t reason_bytes_max = 300;

void print_kind(std::string& out, const char* what, const std::vector<compared>& all, change kind) {
  const auto lines = of_kind(all, kind);
  if (lines.empty()) return;
  out += fmt::format("\n{} {} ({})\n", what, to_string(kind), lines.size());
  for (const compared* one : lines) {
    out += fmt::format("  {:<14} {:<14} {}\n", word(one->before), word(one->after), as_utf8(one->name));
    if (!one->because.empty() && kind != change::same)
      out += fmt::format("  {:29} {}\n", "", cut_text(one->because, reason_bytes_max));
  }
}

void print_kind_markdown(std::string& out, const char* what, const std::vector<compared>& all, change kind) {
  const auto lines = of_kind(all, kind);
  if (lines.empty()) return;
  const bool open = kind == change::newly_failing || kind == change::lost;
  out += fmt::format("\n<details{}><summary><b>{} {}</b>: {}</summary>\n\n", open ? " open" : "", what,
                     to_string(kind), lines.size());
  out += "| | before | after | |\n| --- | --- | --- | --- |\n";
  for (std::size_t i = 0; i < std::min(lines.size(), compared_lines_max); ++i) {
    const compared& one = *lines[i];
    out += fmt::format("| {} | {} | {} | {} |\n", code_span(cut_text(one.name, reason_bytes_max)),
                       word(one.before), word(one.after),
                       one.because.empty() ? "" : code_span(cut_text(one.because, reason_bytes_max)));
  }
  if (lines.size() > compared_lines_max)
    out += fmt::format("\nand {} more\n", lines.size() - compared_lines_max);
  out += "\n</details>\n";
}

std::string tally(const comparison& of) {
  std::string out;
  for (const change one : all_changes) {
    if (const std::size_t count = of.count(one); count > 0)
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, to_string(one));
  }
  return out.empty() ? "no cases" : out;
}

std::string_view headline(const comparison& of) {
  switch (status_of(of)) {
    case exit_status::failed:
      return "something that had passed fails";
    case exit_status::inconclusive:
      return "nothing fails newly, but something that was known is not known any more";
    case exit_status::nothing_executed:
      return "no case was executed in both runs";
    case exit_status::passed:
    case exit_status::usage:
    case exit_status::harness_error:
    case exit_status::interrupted:
      break;
  }
  return "nothing fails that had passed";
}

nlohmann::ordered_json lines_of(const std::vector<compared>& all) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  const auto side = [](std::optional<verdict> one) {
    return one ? nlohmann::ordered_json(to_string(*one)) : nlohmann::ordered_json(nullptr);
  };
  for (const compared& one : all) {
    nlohmann::ordered_json line{{"name", one.name},
                                {"before", side(one.before)},
                                {"after", side(one.after)},
                                {"change", to_string(one.what)}};
    if (!one.because.empty()) line["because"] = one.because;
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace

std::string print_comparison(const comparison& of) {
  std::string out = fmt::format("before: {}\nafter:  {}\n", of.before, of.after);
  for (const change one : all_changes) {
    if (one == change::same) continue;
    print_kind(out, "cases", of.cases, one);
    print_kind(out, "requirements", of.requirements, one);
  }
  return out + fmt::format("\n{}: {}\n", headline(of), tally(of));
}

std::string print_comparison_markdown(const comparison& of) {
  std::string out = fmt::format("### kitfox: {}\n\n{} against {}: {}.\n", headline(of), code_span(of.after),
                                code_span(of.before), tally(of));
  bool is_cut = false;
  for (const change one : all_changes) {
    if (one == change::same) continue;
    std::string part;
    print_kind_markdown(part, "Cases", of.cases, one);
    print_kind_markdown(part, "Requirements", of.requirements, one);
    is_cut = is_cut || out.size() + part.size() > summary_bytes_max;
    if (!is_cut) out += part;
  }
  return out + (is_cut ? "\nThe rest is left out: a comment may hold no more.\n" : "");
}

std::string print_comparison_json(const comparison& of) {
  nlohmann::ordered_json out{{"kitfox", "comparison/v1"}, {"before", of.before}, {"after", of.after}};
  out["status"] = static_cast<int>(status_of(of));
  for (const change one : all_changes) out["counts"][std::string{to_string(one)}] = of.count(one);
  out["cases"] = lines_of(of.cases);
  out["requirements"] = lines_of(of.requirements);
  return out.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace kitfox::conformance
