#include "conformance/mutants/mutant_tables.hpp"

#include <initializer_list>
#include <vector>

namespace kitfox::conformance {
namespace {

std::vector<mutant> all_of(std::initializer_list<std::span<const mutant>> tables) {
  std::vector<mutant> out;
  for (const auto table : tables) out.insert(out.end(), table.begin(), table.end());
  return out;
}

}  // namespace

std::span<const mutant> agent_mutants() {
  static const std::vector<mutant> all =
      all_of({agents_that_behave_otherwise(), agents_of_other_settings(), agents_of_another_form()});
  return all;
}

std::span<const mutant> gateway_mutants() {
  static const std::vector<mutant> all =
      all_of({gateways_that_behave_otherwise(), gateways_of_another_form()});
  return all;
}

const mutant* find_mutant(std::string_view name) {
  for (const auto list : {agent_mutants(), gateway_mutants()}) {
    for (const mutant& one : list) {
      if (one.name == name) return &one;
    }
  }
  return nullptr;
}

}  // namespace kitfox::conformance
