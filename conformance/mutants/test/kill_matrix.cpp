#include "conformance/mutants/test/kill_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "conformance/judge/requirement_check.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

bool aims_at(const mutant& one, const std::string& id) {
  return std::ranges::find(one.violates, id) != one.violates.end();
}

std::string joined(const std::vector<std::string>& names, std::string_view between) {
  return fmt::format("{}", fmt::join(names, between));
}

/// Of what both promise each side has a row: of the mutants of that side, or why there is none.
std::string requirement_row(const requirement& one, const std::string& role, const std::string& no_mutant,
                            const kill_rows& rows, const std::vector<const mutant*>& all) {
  const auto found = rows.find(one.id);
  std::vector<std::string> aimed, along;
  for (const mutant* each : all) {
    const std::string name{each->name};
    if (found == rows.end() || !found->second.contains(name)) continue;
    (aims_at(*each, one.id) ? aimed : along).push_back(name);
  }
  if (aimed.empty() && !no_mutant.empty()) aimed.push_back(no_mutant);
  return fmt::format("| {} | {} | {} | {} |\n", one.id, role, joined(aimed, "<br>"), joined(along, "<br>"));
}

std::vector<const mutant*> pointers_to(std::span<const mutant> list) {
  std::vector<const mutant*> out;
  for (const mutant& one : list) out.push_back(&one);
  return out;
}

std::string mutant_row(const mutant& one, const kill_rows& rows) {
  std::vector<std::string> aimed, along;
  for (const requirement& each : requirements()) {
    const auto found = rows.find(each.id);
    if (found == rows.end() || !found->second.contains(std::string{one.name})) continue;
    (aims_at(one, each.id) ? aimed : along).push_back(each.id);
  }
  return fmt::format("| {} | {} | {} | {} |\n", one.name, one.what, joined(aimed, " "), joined(along, " "));
}

std::string check_row(const requirement_check& one, const check_rows& checks,
                      const std::vector<const mutant*>& all) {
  std::vector<std::string> found;
  const auto by = checks.find(std::string{one.name});
  for (const mutant* each : all)
    if (by != checks.end() && by->second.contains(std::string{each->name})) found.emplace_back(each->name);
  return fmt::format("| {} | {} | {} |\n", one.name, fmt::join(one.requirements, " "), joined(found, "<br>"));
}

}  // namespace

std::string print_kill_list(const kill_rows& rows) {
  std::string out;
  for (const auto& [id, mutants] : rows) {
    for (const auto& [name, cases] : mutants) {
      out += id + ' ' + name + ':';
      for (const std::string& one : cases) out += ' ' + one;
      out += '\n';
    }
  }
  return out;
}

std::string print_kill_matrix(const kill_rows& rows, const check_rows& checks, std::span<const mutant> agents,
                              std::span<const mutant> gateways) {
  std::vector<const mutant*> all;
  for (const auto list : {agents, gateways})
    for (const mutant& one : list) all.push_back(&one);
  std::size_t kills = 0, checked = 0;
  for (const auto& [id, mutants] : rows) kills += mutants.size();
  std::string by_requirement, by_mutant, by_check;
  for (const requirement_check& one : requirement_checks()) by_check += check_row(one, checks, all);
  for (const requirement& one : requirements()) {
    if (!one.checked()) continue;
    ++checked;
    const std::string role{to_string(one.role)};
    if (one.role != requirement_role::both) {
      by_requirement += requirement_row(one, role, one.no_mutant, rows, all);
      continue;
    }
    for (const auto& [side, mutants] :
         {std::pair{requirement_role::agent, agents}, {requirement_role::gateway, gateways}})
      by_requirement += requirement_row(one, "both: " + std::string{to_string(side)},
                                        one.side(side).no_mutant, rows, pointers_to(mutants));
  }
  for (const mutant* one : all) by_mutant += mutant_row(*one, rows);
  return fmt::format(
      "# Kill matrix\n\n"
      "{} checked requirements, {} mutants, {} kills. A mutant is the reference with one thing wrong\n"
      "(`conformance/mutants/`). Each is run in virtual time against the scenarios that verify what it "
      "violates and\n"
      "a cross-section of all areas. A test holds that it is found there by exactly what stands here. "
      "Written by\n"
      "`kitfox_mutants_test`; CONTRIBUTING.md says how it is renewed. `kill_matrix.txt` in the build folder "
      "names "
      "the\n"
      "cases.\n\n"
      "## By requirement\n\n"
      "\"Along with it\" are requirements that are reported because a mutant spoils the situation that "
      "their\n"
      "scenarios need. Some are promises of the other side, which is the reference and keeps them: who reads "
      "a\n"
      "report of one subject is told of its own side, and of a failed case that blames another.\n\n"
      "| requirement | role | found in | found along with it in |\n| --- | --- | --- | --- |\n{}\n"
      "## By mutant\n\n"
      "| mutant | what is wrong | violates | along with it |\n| --- | --- | --- | --- |\n{}\n"
      "## By check\n\n"
      "The judge's own checks, which look at every run; what scenarios expect finds mutants beside them.\n\n"
      "| check | may speak of | found in |\n| --- | --- | --- |\n{}",
      checked, all.size(), kills, by_requirement, by_mutant, by_check);
}

}  // namespace kitfox::conformance
