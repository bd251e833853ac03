#include "conformance/spec/coverage_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kitfox::conformance {
namespace {

struct coverage_count {
  std::size_t all = 0, checked = 0, not_testable = 0, unchecked = 0;
  void add(const requirement& one) {
    ++all;
    ++(one.checked() ? checked : one.not_testable.empty() ? unchecked : not_testable);
  }
};

std::string count_row(std::string_view name, const coverage_count& of) {
  return fmt::format("| {} | {} | {} | {} | {} |\n", name, of.all, of.checked, of.not_testable, of.unchecked);
}

template <class NameOf>
std::string count_table(std::string_view title, std::span<const requirement> all, NameOf name_of) {
  std::vector<std::pair<std::string, coverage_count>> rows;
  coverage_count total;
  for (const requirement& one : all) {
    const std::string name{name_of(one)};
    auto row = std::ranges::find(rows, name, &std::pair<std::string, coverage_count>::first);
    if (row == rows.end()) row = rows.insert(rows.end(), {name, {}});
    row->second.add(one);
    total.add(one);
  }
  std::string out = fmt::format(
      "| {} | requirements | checked | not testable from outside | not checked yet |\n"
      "| --- | ---: | ---: | ---: | ---: |\n",
      title);
  for (const auto& [name, count] : rows) out += count_row(name, count);
  return out + count_row("**all**", total) + "\n";
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& one : names) out += (out.empty() ? "" : "<br>") + one;
  return out;
}

std::string proof_rows(std::span<const requirement> all) {
  std::string out, area;
  for (const requirement& one : all) {
    if (one.area != area) {
      area = one.area;
      out += fmt::format(
          "\n## {}\n\n| id | level | role | profile | checks | scenarios | mutants |\n"
          "| --- | --- | --- | --- | --- | --- | --- |\n",
          area);
    }
    out += fmt::format("| {} | {} | {} | {} |", one.id, to_string(one.level), to_string(one.role),
                       to_string(one.profile));
    if (one.checked()) {
      out += fmt::format(" {} | {} | {} |\n", listed(one.checks), listed(one.scenarios),
                         one.mutants.empty() ? one.no_mutant : listed(one.mutants));
    } else {
      out += fmt::format(" {}: {} | | |\n", one.not_testable.empty() ? "not yet" : "not testable",
                         one.reason_unchecked());
    }
  }
  return out;
}

std::string parts_not_looked_at(std::span<const requirement> all) {
  std::string out;
  for (const requirement& one : all) {
    if (!one.partly.empty()) out += fmt::format("| {} | {} |\n", one.id, one.partly);
  }
  return out.empty() ? out : "\n## Checked in part\n\n| id | what no check looks at |\n| --- | --- |\n" + out;
}

}  // namespace

std::string print_coverage(std::span<const requirement> all) {
  return "# Coverage\n\n"
         "Written by `kitfox_specification_test` from `requirements.json`, the scenarios, the checks of the "
         "judge\n"
         "and the mutants; CONTRIBUTING.md says how it is renewed. `expectation` among the checks stands for "
         "what\n"
         "the scenarios themselves expect.\n\n" +
         count_table("area", all, [](const requirement& one) { return one.area; }) +
         count_table("profile", all, [](const requirement& one) { return to_string(one.profile); }) +
         count_table("level", all, [](const requirement& one) { return to_string(one.level); }) +
         proof_rows(all) + parts_not_looked_at(all);
}

}  // namespace kitfox::conformance
