#include "conformance/scenario/fault_check.hpp"

#include <nlohmann/json.hpp>

#include "fakes/fault/registry.hpp"

namespace kitfox::conformance {

void check_fault(const step& one, const std::string& path, problem_list& problems) {
  const auto* const given = std::get_if<fault_verb>(&one.action);
  if (given == nullptr) return;
  fault::plan_diagnostics why;
  const auto parameters = nlohmann::json::parse(given->parameters);
  const auto planned = fault::registry::standard().plan(one.name, given->fault, parameters, why);
  if (!planned) problems.add({one.where.line, one.where.column}, path + "." + given->fault, why.message);
}

}  // namespace kitfox::conformance
