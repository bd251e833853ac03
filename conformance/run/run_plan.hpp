#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/scenario/scenario.hpp"
#include "conformance/world/facts.hpp"

namespace kitfox::conformance {

/// One case to be run: a scenario with its choices, in one world, with one seed.
struct planned_case {
  const scenario_case* what = nullptr;
  const scenario_source* source = nullptr;
  const scenario_case* in_sim =
      nullptr;  ///< The same case in sim, of one in sockets; null where there is none.
  std::uint64_t seed = 1;
  std::string skip_because{};  ///< Why it is not played although it was planned; empty: it is.
  [[nodiscard]] std::string name() const { return case_name(*what, seed); }
};

enum class seed_choice {
  first,  ///< One seed each.
  all,    ///< As many as each scenario asks for, in sim.
};

/// Which cases are wanted. Every member narrows.
struct run_selection {
  std::vector<std::string> paths;  ///< Files, or folders to be searched; none: the corpus.
  bool sim = true, sockets = true, live = false;
  std::optional<std::pair<std::uint64_t, std::uint64_t>>
      seeds;  ///< First and last, both included; overrides `choice`.
  seed_choice choice = seed_choice::first;
  std::string filter;       ///< Glob over case names; empty: all.
  std::string requirement;  ///< Only scenarios that verify it.
};

/// The cases that a selection comes to, or the errors of the files: with any error nothing may run.
struct run_plan {
  std::vector<loaded> files;
  std::vector<scenario_source> sources;
  std::vector<planned_case> cases;
  std::vector<load_error> errors;
  run_plan() = default;
  run_plan(const run_plan&) = delete;  // `cases` points into `files`
  run_plan(run_plan&&) = default;
  run_plan& operator=(run_plan&&) = default;
};
[[nodiscard]] run_plan plan_run(const run_selection& selection);

}  // namespace kitfox::conformance
