#pragma once
#include <optional>
#include <string>
#include <vector>

#include "conformance/transcript/transcript.hpp"

namespace kitfox::conformance {

/// What two worlds may differ in without disagreeing, since the scenario gives them different values.
struct world_differences {
  bool repeats = false;  ///< How often a process goes through the same states.
  bool counts = false;   ///< Numbers of agents, clusters, steps or calls.
};

/// One fact of a run that does not depend on the world it was made in.
struct abstract_fact {
  std::string about;  ///< "agent prod/0", "step 3 (execute)": unique in its trace.
  std::string what;   ///< "started, connected, disconnected, connected", "2 busy, 72 ok".
  bool operator==(const abstract_fact&) const = default;
};
using abstract_trace = std::vector<abstract_fact>;

/// The run without its times: of each process its states in order and how it exited, of each step that made
/// calls the outcomes of these. Pure. Where repeats are ignored, "connected, disconnected" any number of
/// times is once; where counts are, they are left out, and the agents stand together.
[[nodiscard]] abstract_trace make_abstract_trace(const transcript& of, const world_differences& ignored);

/// Where two runs of one case part.
struct trace_disagreement {
  std::string about, left, right;  ///< A side that says nothing of it is empty.
};

/// The verdict on two transcripts of one scenario and one choice of its matrix.
struct agreement {
  enum class outcome {
    agree,
    differ,
    excused,      ///< The scenario says why its worlds may differ; `reason` repeats it.
    not_the_same  ///< These are not two runs of one case; `reason` says why.
  } is = outcome::agree;
  std::string reason;
  std::optional<trace_disagreement> first;  ///< With `differ`.
};

/// Compares two runs of one case by their abstract traces. Pure: the scenario is read from the transcripts.
[[nodiscard]] agreement compare_runs(const transcript& left, const transcript& right);

/// One side a line, under the names of the two runs.
[[nodiscard]] std::string print_disagreement(const trace_disagreement& one, std::string_view left_name,
                                             std::string_view right_name);

}  // namespace kitfox::conformance
