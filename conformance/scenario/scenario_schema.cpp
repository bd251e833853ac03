#include "conformance/scenario/scenario_schema.hpp"

#include <nlohmann/json.hpp>

#include "conformance/scenario/embedded_schema.hpp"

namespace kitfox::conformance {
namespace {

verb_table read_verbs(const nlohmann::json& document) {
  verb_table table;
  const auto& step = document["$defs"]["step"];
  for (const auto& branch : step["oneOf"]) {
    const auto verb = branch["required"].front().get<std::string>();
    const auto pointer = step["properties"][verb]["$ref"].get<std::string>();
    const auto& definition = document.at(nlohmann::json::json_pointer{pointer.substr(1)});
    table.verbs.insert(verb);
    if (definition.value("x-fault", false)) table.faults.insert(verb);
    if (definition.value("x-undo", false)) table.undoable.insert(verb);
  }
  return table;
}

}  // namespace

std::string_view scenario_schema_text() noexcept { return embedded_schema(); }

const json_schema& scenario_schema() {
  static const json_schema schema{embedded_schema()};
  return schema;
}

const verb_table& scenario_verbs() {
  static const verb_table table = read_verbs(scenario_schema().document());
  return table;
}

}  // namespace kitfox::conformance
