#include "conformance/world/program_flags.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kitfox::conformance {
namespace {

struct printed {
  std::string text;
  bool span = false;
};

printed print(const setting_value& value) {
  if (const auto* span = std::get_if<duration>(&value))
    return {fmt::format("{}", std::chrono::duration<double>(*span).count()), true};
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return {fmt::format("{}", *whole), false};
  if (const auto* number = std::get_if<double>(&value)) return {fmt::format("{}", *number), false};
  if (const auto* text = std::get_if<std::string>(&value)) return {*text, false};
  if (const auto* flag = std::get_if<bool>(&value)) return {*flag ? "true" : "false", false};
  return {};
}

/// Flags are the settings' names with dashes, and spans are given in seconds.
void add(const named_setting& one, std::string name, std::vector<std::string>& command) {
  const printed value = print(one.value);
  std::replace(name.begin(), name.end(), '_', '-');
  command.push_back("--" + name + (value.span ? "-seconds" : ""));
  command.push_back(value.text);
}

}  // namespace

std::string add_agent_flags(const setting_list& settings, std::vector<std::string>& command) {
  for (const named_setting& one : settings) add(one, one.name, command);
  return {};
}

std::string add_gateway_flags(const setting_list& settings, std::vector<std::string>& command) {
  for (const named_setting& one : settings)
    add(one, one.name == "heartbeat_interval" ? "heartbeat" : one.name, command);
  return {};
}

}  // namespace kitfox::conformance
