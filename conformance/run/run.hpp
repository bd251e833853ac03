#pragma once
#include <cstdint>
#include <iosfwd>

#include "conformance/report/console_report.hpp"
#include "conformance/run/case_runner.hpp"

namespace kitfox::conformance {

struct run_settings {
  case_settings cases;
  std::uint32_t jobs = 1;
  verdict fail_on = verdict::fail;
  enum class progress { every_case, only_bad } show = progress::every_case;
  console_report::style style = console_report::style::plain;
};

/// Runs every case of a plan, `jobs` at a time, reports them to `console` and, where a folder is given,
/// writes results.json, junit.xml and the transcripts. Sockets cases that came out inconclusive are run once
/// more, alone.
[[nodiscard]] exit_status run(const run_plan& plan, const run_settings& settings, std::ostream& console,
                              run_result& results);

}  // namespace kitfox::conformance
