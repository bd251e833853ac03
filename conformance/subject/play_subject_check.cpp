#include "conformance/subject/play_subject_check.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "conformance/world/run_sockets.hpp"
#include "runtime/assert.hpp"
#include "runtime/temporary_directory.hpp"

namespace kitfox::conformance {
namespace {

/// What of a log is shown.
constexpr std::size_t last_words_max = 2000;

std::string end_of_log(const std::filesystem::path& log) {
  std::ifstream in{log, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  return all.size() <= last_words_max ? all : all.substr(all.size() - last_words_max);
}

void replace_all(std::string& in, std::string_view what, std::string_view by) {
  for (std::size_t at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size()))
    in.replace(at, what.size(), by);
}

/// With a team that the gateway knows in place of the scenario's.
std::string check_of(const subject& whose) {
  if (whose.role == party::agent) return std::string{embedded_agent_check()};
  std::string text{embedded_gateway_check()};
  if (!whose.program.reached || whose.program.reached->teams.empty()) return text;
  const std::string& team = whose.program.reached->teams.front();
  const std::size_t slash = team.find('/');
  replace_all(text, "acme/payments", team);
  replace_all(text, "    acme:", "    " + team.substr(0, slash) + ":");
  replace_all(text, "        payments:", "        " + team.substr(slash + 1) + ":");
  return text;
}

/// What cannot be done to this gateway is not tried.
void leave_out(const subject& whose, std::vector<step>& steps) {
  if (whose.role != party::gateway) return;
  std::erase_if(steps, [&](const step& one) {
    const bool revokes = std::holds_alternative<revoke_verb>(one.action);
    const bool ends =
        std::holds_alternative<stop_verb>(one.action) || std::holds_alternative<comment_verb>(one.action);
    return (revokes && !keys_of(whose.program).revoke) || (ends && whose.program.reached);
  });
}

}  // namespace

played_subject_check play_subject_check(const subject& whose) {
  const bool agent = whose.role == party::agent;
  const std::string text = check_of(whose);
  const scenario_source source{agent ? "connect/check-agent.yaml" : "connect/check-gateway.yaml", text};
  loaded file = load_scenario_text(text, source.file, {});
  KITFOX_ASSERT(file.errors.empty());
  const runtime::temporary_directory folder;
  if (folder.path().empty()) return {{}, {}, "cannot make a temporary folder"};
  for (scenario_case& one : file.cases) {
    if (one.world != world_kind::sockets) continue;
    leave_out(whose, one.what.steps);
    subject_programs programs;
    (agent ? programs.agent : programs.gateway) = whose.program;
    const sockets_run ran = run_in_sockets(one, source, {1, programs, folder.path()});
    return {agent ? check_agent(ran.tape, whose) : check_gateway(ran.tape, whose),
            end_of_log(folder.path() / (agent ? "check-0.log" : "gateway.log")),
            {},
            !agent || answered_a_command(ran.tape)};
  }
  return {{}, {}, "the check has no case in sockets"};
}

}  // namespace kitfox::conformance
