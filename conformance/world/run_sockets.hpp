#pragma once
#include <cstdint>
#include <string>

#include "conformance/transcript/transcript.hpp"
#include "conformance/world/facts.hpp"

namespace kitfox::conformance {

struct sockets_run_options {
  std::uint64_t seed = 1;
  /// Command lines of the programs, split at blanks; empty: kitfox-agent and kitfox-gateway beside this
  /// program.
  std::string agent_command, gateway_command;
  std::string
      work_directory;  ///< For certificates, databases and logs; empty: a temporary one, removed afterwards.
};

/// Plays one case with real processes on loopback, in the calling thread. Whatever goes wrong ends in the
/// footer.
[[nodiscard]] transcript run_in_sockets(const scenario_case& one, const scenario_source& source,
                                        const sockets_run_options& options);

}  // namespace kitfox::conformance
