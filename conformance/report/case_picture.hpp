#pragma once
#include <cstddef>
#include <string>

#include "conformance/report/case_result.hpp"
#include "conformance/transcript/transcript.hpp"

namespace kitfox::conformance {

/// How much of a run is drawn. Over a limit, what is farthest from the failing point is left out (of a case
/// that passed: from the beginning), and counted.
struct picture_limits {
  std::size_t agents_max = 5;
  std::size_t clusters_max = 3;  ///< API servers.
  std::size_t connections_max = 48;
  std::size_t waits_max = 60;
  std::size_t commands_max = 24;
  std::size_t exchanges_max = 24;  ///< Requests beside the streams and the answers to commands.
  std::size_t calls_max = 24;
  std::size_t faults_max = 24;
  std::size_t firings_max = 40;  ///< Times at which a fault did something.
  std::size_t lives_max = 24;    ///< Of processes.
  std::size_t steps_max = 40;
  std::size_t findings_max = 12;
  std::size_t record_bytes_max = 300;  ///< Of one record as it stands in the transcript.
  std::size_t records_max = 200;       ///< Records that are quoted; the others have their time and a line.
  std::size_t context_before = 0, context_after = 0;  ///< Records quoted around the failing point.
};
[[nodiscard]] picture_limits limits_for(verdict outcome);

/// The run as the HTML report draws it, as JSON (conformance/report/README.md tells its members): lanes,
/// connections, backoff waits with what was allowed, commands, faults, findings, and the records behind them.
/// Pure. Empty where the transcript is.
[[nodiscard]] std::string print_picture(const transcript& of, const judgement& judged,
                                        const picture_limits& limits);

/// Fills `timeline` and `picture` of a case from its transcript.
void draw_timelines(const transcript& of, case_result& to);

}  // namespace kitfox::conformance
