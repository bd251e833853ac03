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

/// "backoff-cap-seconds": the setting's name with dashes, and its unit where it has one.
std::string flag_of(const named_setting& one, party of) {
  std::string name = of == party::gateway && one.name == "heartbeat_interval" ? "heartbeat" : one.name;
  std::replace(name.begin(), name.end(), '_', '-');
  return name + (print(one.value).span ? "-seconds" : "");
}

}  // namespace

void add_flags(const setting_list& settings, party of, std::vector<std::string>& command) {
  for (const named_setting& one : settings) {
    command.push_back("--" + flag_of(one, of));
    command.push_back(print(one.value).text);
  }
}

std::string print_settings(const setting_list& settings) {
  std::string out;
  for (const named_setting& one : settings) {
    const printed value = print(one.value);
    out += (out.empty() ? "" : ", ") + one.name + ": " + value.text + (value.span ? "s" : "");
  }
  return "{" + out + "}";
}

void add_variables(const setting_list& settings, party of,
                   std::vector<std::pair<std::string, std::string>>& environment) {
  for (const named_setting& one : settings) {
    std::string name = (of == party::agent ? "KITFOX_AGENT_" : "KITFOX_GATEWAY_") + flag_of(one, of);
    for (char& c : name) {
      if (c == '-') c = '_';
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    environment.emplace_back(std::move(name), print(one.value).text);
  }
}

}  // namespace kitfox::conformance
