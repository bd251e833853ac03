#include "conformance/world/subject_program.hpp"

#include <algorithm>
#include <sstream>

#include "conformance/spec/nearest_word.hpp"
#include "conformance/world/party_settings.hpp"

namespace kitfox::conformance {
namespace {

std::string missing_setting(const setting_list& settings, const subject_program& program,
                            const std::string& party) {
  for (const named_setting& one : settings) {
    if (!program.does_take(one.name))
      return "it sets " + party + "." + one.name + ", which --" + party + "-takes does not name";
  }
  return {};
}

bool looks_at_readiness(const scenario& what) {
  return std::ranges::any_of(
             what.checks, [](const check& one) { return std::holds_alternative<ready_check>(one.what); }) ||
         std::ranges::any_of(what.verifies,
                             [](const requirement_reference& one) { return one.id == "LIV-5"; });
}

}  // namespace

std::vector<std::string> takeable_names(party of) {
  std::vector<std::string> out = setting_names(of);
  if (of == party::agent) out.emplace_back(probe_file_name);
  return out;
}

std::string add_takeable(const std::string& name, party of, std::set<std::string>& takes) {
  const std::vector<std::string> known = takeable_names(of);
  if (name == "all")
    takes.insert(known.begin(), known.end());
  else if (std::ranges::find(known, name) != known.end())
    takes.insert(name);
  else
    return "unknown name \"" + name + "\"" + suggestion(name, known);
  return {};
}

std::string add_takeables(const std::string& names, party of, std::set<std::string>& takes) {
  std::istringstream list{names};
  for (std::string one; std::getline(list, one, ',');)
    if (std::string wrong = add_takeable(one, of, takes); !wrong.empty()) return wrong;
  return {};
}

std::string reason_to_skip(const scenario_case& one, const subject_programs& programs) {
  if (one.world != world_kind::sockets) return {};
  std::string missing = missing_setting(one.what.agent_settings, programs.agent, "agent");
  if (missing.empty()) missing = missing_setting(one.what.gateway_settings, programs.gateway, "gateway");
  if (missing.empty() && looks_at_readiness(one.what) &&
      !programs.agent.does_take(std::string{probe_file_name}))
    missing = "it looks at readiness, and --agent-takes does not name probe_file";
  return missing;
}

}  // namespace kitfox::conformance
