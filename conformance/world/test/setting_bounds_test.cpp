// The bounds of settings in the scenario schema are those of the programs that get them: what the schema lets
// in, the program takes, and what is just outside it refuses.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agent/command_line.hpp"
#include "conformance/scenario/scalar_text.hpp"
#include "conformance/scenario/scenario_schema.hpp"
#include "conformance/world/party_settings.hpp"
#include "conformance/world/program_flags.hpp"
#include "gateway/options_check.hpp"

namespace kitfox::conformance {
namespace {

using nlohmann::json;

/// A bound's value, and one a little further up (+1) or down (-1).
setting_value beside(const json& bound, int direction) {
  if (bound.is_number_integer()) return bound.get<std::int64_t>() + direction;
  if (bound.is_number()) return bound.get<double>() + 0.01 * direction;
  const auto text = bound.get<std::string>();
  if (const auto span = parse_duration(text))
    return *span + direction * duration{std::chrono::milliseconds{1}};
  return *parse_size(text) + direction;
}

bool is_zero(const setting_value& value) {
  if (const auto* const count = std::get_if<std::int64_t>(&value)) return *count == 0;
  const auto* const span = std::get_if<duration>(&value);
  return span != nullptr && *span == duration::zero();
}

/// Without a key the program gets no further than its flags: a complaint about the key says that they fit.
bool agent_takes(const setting_list& settings) {
  std::vector<std::string> arguments;
  add_flags(settings, party::agent, arguments);
  agent::memory_files disk;
  const auto read = agent::read_command_line(
      std::move(arguments), [](const char*) { return std::optional<std::string>{}; }, disk);
  const auto* const end = std::get_if<agent::early_end>(&read);
  return end != nullptr && end->text.find("INCIDENTFOX_API_KEY") != std::string::npos;
}

bool gateway_takes(const setting_list& settings) {
  gateway::gateway_options options;
  options.pepper = "pepper";
  options.callers = {{"caller", "a credential of a caller, long enough", gateway::caller_role::caller, {}}};
  options.reconnect_hint_min = duration::zero();
  options.reconnect_hint_max = std::chrono::minutes{5};
  apply_settings(settings, options);
  std::string reason;
  return !gateway::check_options(options, reason);
}

/// Counts the bounds that were looked at.
std::size_t compare(const char* definition, bool (*takes)(const setting_list&)) {
  std::size_t looked_at = 0;
  for (const auto& [name, schema] : scenario_schema().document()["$defs"][definition]["properties"].items()) {
    EXPECT_TRUE(schema.contains("x-least") || schema.contains("x-above")) << name << " has no least value";
    const auto with = [&, &member = name](const setting_value& value) {
      return takes({{{}, member, value}});
    };
    for (const auto& [keyword, outwards, included] :
         {std::tuple{"x-least", -1, true}, std::tuple{"x-most", 1, true}, std::tuple{"x-above", -1, false},
          std::tuple{"x-below", 1, false}}) {
      if (!schema.contains(keyword)) continue;
      ++looked_at;
      const setting_value last_in = beside(schema[keyword], included ? 0 : -outwards);
      EXPECT_TRUE(with(last_in)) << name << ' ' << keyword;
      // There is nothing below no bytes and no items, and a span of zero has its own word.
      if (outwards < 0 && is_zero(last_in)) continue;
      EXPECT_FALSE(with(beside(schema[keyword], included ? outwards : 0))) << name << ' ' << keyword;
    }
    EXPECT_TRUE(!schema.value("x-or-zero", false) || with(duration::zero())) << name;
  }
  return looked_at;
}

TEST(SettingBounds, AreThoseOfTheAgentsFlags) { EXPECT_GE(compare("agent_settings", agent_takes), 40U); }

TEST(SettingBounds, AreThoseOfTheGatewaysOptions) {
  EXPECT_GE(compare("gateway_settings", gateway_takes), 20U);
}

}  // namespace
}  // namespace kitfox::conformance
