#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "conformance/transcript/transcript.hpp"
#include "conformance/world/cluster_api.hpp"
#include "conformance/world/facts.hpp"
#include "conformance/world/subject_program.hpp"

namespace kitfox::conformance {

struct sockets_run_options {
  std::uint64_t seed = 1;
  subject_programs programs;  ///< The reference: kitfox-agent and kitfox-gateway beside this program.
  /// For certificates, databases and logs (`NODE.log`); must exist.
  std::filesystem::path work_directory;
  std::string reproduce{};                       ///< The command that runs the case again, for the header.
  std::optional<runtime::duration> time_left{};  ///< It is broken off then.
};

struct sockets_run {
  transcript tape;
  bool interrupted = false;         ///< By SIGINT or SIGTERM; nothing can be said about the subjects then.
  bool library_was_loaded = false;  ///< Of a run that was accelerated: libfaketime, by the subject.
  bool out_of_time = false;         ///< `time_left` passed before the end; nothing can be said then, either.
};

/// Plays one case with real processes on loopback, in the calling thread. Whatever goes wrong ends in the
/// footer. While it runs, SIGINT and SIGTERM end the case: every process and its group is killed before this
/// returns; a second signal ends this program at once. The API servers are fakes, or what `clusters` opens.
[[nodiscard]] sockets_run run_in_sockets(const scenario_case& one, const scenario_source& source,
                                         const sockets_run_options& options);
[[nodiscard]] sockets_run run_in_sockets(const scenario_case& one, const scenario_source& source,
                                         const sockets_run_options& options, cluster_source& clusters);

}  // namespace kitfox::conformance
