#include "conformance/subject/play_subject_check.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "conformance/world/run_sockets.hpp"
#include "conformance/world/temporary_directory.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {
namespace {

/// What of a log is shown.
constexpr std::size_t last_words_max = 2000;

std::string end_of_log(const std::filesystem::path& folder) {
  std::ifstream in{folder / "check-0.log", std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  return all.size() <= last_words_max ? all : all.substr(all.size() - last_words_max);
}

}  // namespace

played_subject_check play_subject_check(const subject& whose) {
  const std::string text{embedded_subject_check()};
  const loaded file = load_scenario_text(text, "connect/check-agent.yaml", {});
  KITFOX_ASSERT(file.errors.empty());
  const temporary_directory folder;
  if (folder.path().empty()) return {{}, {}, "cannot make a temporary folder"};
  for (const scenario_case& one : file.cases) {
    if (one.world != world_kind::sockets) continue;
    subject_programs programs;
    programs.agent = whose.program;
    const sockets_run ran =
        run_in_sockets(one, {"connect/check-agent.yaml", text}, {1, programs, folder.path()});
    return {check_agent(ran.tape, whose), end_of_log(folder.path()), {}};
  }
  return {{}, {}, "the check has no case in sockets"};
}

}  // namespace kitfox::conformance
