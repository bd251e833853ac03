#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/live/live_target.hpp"
#include "conformance/report/case_result.hpp"
#include "conformance/run/run_plan.hpp"
#include "conformance/world/run_sim.hpp"
#include "conformance/world/subject_program.hpp"

namespace kitfox::conformance {

/// When a run is to be over, whatever is left of it.
struct run_deadline {
  std::chrono::steady_clock::time_point at;
  std::chrono::seconds allowed{0};               ///< For people.
  [[nodiscard]] runtime::duration left() const;  ///< Never negative.
  [[nodiscard]] bool passed() const { return left() == runtime::duration{0}; }
};
[[nodiscard]] run_deadline deadline_in(std::chrono::seconds allowed);

/// How cases are run, the same for all of a run.
struct case_settings {
  sim_subjects subjects;  ///< In sim.
  std::string out;        ///< Folder for transcripts and logs; empty: none are written.
  enum class keep { failures, everything } transcripts = keep::everything;
  sim::schedule order = sim::schedule::fifo;  ///< Of what happens in one instant, in sim.
  bool twice = false;                         ///< Run sim cases again and compare the traces.
  bool agree = false;                         ///< Play sockets cases in sim as well and compare the runs.
  subject_programs programs;                  ///< In sockets and live.
  /// Sockets cases that are not over by then are broken off, and skipped with that reason.
  std::optional<run_deadline> deadline{};
  live_target* live = nullptr;  ///< For live cases; must outlive the run.
  /// What a command that runs one case again begins with; the flags above are in it, the case is added.
  std::string reproduce_prefix = "kitfox run";
  std::string reproduce_suffix;  ///< What it ends with.
  /// Whether the file is named as well, for commands that take files.
  enum class reproduction { file_and_case, case_alone } reproduce_by = reproduction::file_and_case;
};

/// Why a case is skipped for which there was no time; `what` became of it, as "not run".
[[nodiscard]] std::string out_of_time(const run_deadline& of, std::string_view what);

/// Runs one case and judges it. Safe to call from several threads at once: cases share nothing.
[[nodiscard]] case_result run_case(const planned_case& what, const case_settings& settings);

}  // namespace kitfox::conformance
