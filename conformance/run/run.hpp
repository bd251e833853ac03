#pragma once
#include <cstdint>
#include <functional>
#include <iosfwd>

#include "conformance/report/console_report.hpp"
#include "conformance/run/case_runner.hpp"

namespace kitfox::conformance {

struct run_settings {
  case_settings cases;
  std::uint32_t jobs = 1;
  std::vector<file_digest> digests{};  ///< Of the subject, for the reports.
  verdict fail_on = verdict::fail;
  enum class progress { every_case, only_bad } show = progress::every_case;
  console_report::style style = console_report::style::plain;
  /// What the run shows of its subject, for the reports; empty where it is not about one.
  std::function<run_claim(const run_result&)> claim;
};

/// Runs every case of a plan, `jobs` at a time and as many again that mostly wait (lanes.hpp), reports them
/// to `console` and, where a folder is given, writes every report (saved_run.hpp), the transcripts and, of
/// cases that went wrong, what the programs wrote. Sockets cases that came out inconclusive are run once
/// more, alone, and reported then. SIGINT or SIGTERM during a sockets case ends the run: the reports then
/// hold the cases that were over, and the status is exit_status::interrupted. exit_status::nothing_executed
/// when every case was skipped.
[[nodiscard]] exit_status run(const run_plan& plan, const run_settings& settings, std::ostream& console,
                              run_result& results);

}  // namespace kitfox::conformance
