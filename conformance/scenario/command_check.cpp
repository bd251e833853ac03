#include "conformance/scenario/command_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/spec/nearest_word.hpp"
#include "protocol/commands.hpp"

namespace kitfox::conformance {
namespace {

bool expects_refusal(const execute_verb& call) {
  if (!call.expect) return false;
  const auto named = [&](std::string_view code) {
    return std::ranges::find(call.expect->error_codes, code) != call.expect->error_codes.end();
  };
  const bool refused = call.expect->status.value_or(200) >= 400 || call.expect->ok == false;
  return refused || named("unknown_command") || named("invalid");
}

}  // namespace

void check_command(const step& one, const std::string& path, problem_list& problems) {
  const auto* const call = std::get_if<execute_verb>(&one.action);
  if (call == nullptr || expects_refusal(*call)) return;
  const yaml_mark where{one.where.line, one.where.column};
  if (protocol::find_command(call->command) == nullptr) {
    std::vector<std::string> names;
    for (const protocol::command_rule& known : protocol::command_list()) names.emplace_back(known.name);
    problems.add(where, path + ".execute.command",
                 fmt::format("unknown command \"{}\"{}", call->command, suggestion(call->command, names)));
    return;
  }
  protocol::diagnostics why;
  const auto checked = protocol::validate_params(call->command, nlohmann::json::parse(call->params), why);
  if (!checked) problems.add(where, path + ".execute", fmt::format("{}: {}", why.pointer, why.sentence));
}

}  // namespace kitfox::conformance
