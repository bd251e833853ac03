#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/scenario/check.hpp"
#include "conformance/scenario/step.hpp"
#include "conformance/scenario/topology.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {

enum class world_kind { sim, sockets, live };
[[nodiscard]] std::string_view to_string(world_kind world) noexcept;

/// A requirement id as a scenario lists it.
struct requirement_reference {
  source_mark where;
  std::string id;
  requirement_role side = requirement_role::both;  ///< "BAD-1/agent": of what both promise, that side's part.
};

/// A scenario with every parameter replaced, every block included and every name resolved: what a world runs.
struct scenario {
  source_mark where;
  std::string title;
  std::string area;
  std::vector<requirement_reference> verifies;  ///< At least one.
  std::string because;                          ///< Why a world is left out; empty if none is.
  std::string may_differ_because;               ///< Why its worlds need not agree; empty: they must.
  std::string may_repeat_because;               ///< Why they need not agree in how often something repeats.
  std::uint32_t seeds = 1;                      ///< How many seeds a full run gives it in `sim`.
  duration settle{};                            ///< The run goes on so long after its last step.
  setting_list agent_settings;                  ///< Options of every agent that differ from its defaults.
  setting_list gateway_settings;
  conformance::topology topology;
  std::vector<step> steps;
  std::vector<check> checks;
};

/// One scenario with one choice of its matrix in one world; a run of it is a case with a seed.
struct scenario_case {
  /// "revocation/revoked-key-loses-stream", with "[how=fin]" after it for a matrix. Stable: made from the
  /// file's name and the names in its matrix, never from positions.
  std::string id;
  std::vector<std::pair<std::string, std::string>> choices;  ///< Of the matrix: axis and value.
  world_kind world = world_kind::sim;
  scenario what;
};

/// "revocation/revoked-key-loses-stream@sim#7".
[[nodiscard]] std::string case_name(const scenario_case& one, std::uint64_t seed);

/// One mistake in a scenario file. `message` says what was expected, what stands there and the nearest valid
/// word; `path` names the element ("steps[2].revoke").
struct load_error {
  source_mark where;
  std::string path;
  std::string message;
};

/// "scenarios/x.yaml:14:5: steps[2]: unknown verb "revok"; did you mean "revoke"?"
[[nodiscard]] std::string to_string(const load_error& error);

struct load_options {
  /// Fixtures are looked for beside the scenario first, then here. Empty: only beside the scenario.
  std::string corpus_root;
  /// Whether fixture files must exist.
  enum class fixtures { must_exist, not_looked_at } check_fixtures = fixtures::must_exist;
};

/// What a file holds: either cases or errors, never both. Cases are ordered by matrix, then by world.
struct loaded {
  std::vector<scenario_case> cases;
  std::vector<load_error> errors;  ///< All of the file, in its order.
};

/// Reads one scenario file. A file that cannot be read is an error in the list.
[[nodiscard]] loaded load_scenario(const std::string& path, const load_options& options);

/// Reads a scenario from text; `name` stands for the file in marks and gives the id its last part.
[[nodiscard]] loaded load_scenario_text(std::string_view text, const std::string& name,
                                        const load_options& options);

}  // namespace kitfox::conformance
