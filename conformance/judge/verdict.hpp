#pragma once
#include <optional>
#include <string_view>

namespace kitfox::conformance {

/// What a case, or one requirement in it, came to. Ordered: the worst wins.
enum class verdict {
  pass,
  skipped,        ///< Declared unsupported, with its reason. Never looks like pass.
  warn,           ///< A SHOULD was broken.
  inconclusive,   ///< The evidence is missing: the harness was late, a fault did not fire, nothing exercised
                  ///< it.
  fail,           ///< A MUST was broken.
  harness_error,  ///< kitfox itself went wrong; nothing is said about the subject.
};

[[nodiscard]] constexpr verdict worse(verdict a, verdict b) noexcept { return a < b ? b : a; }
[[nodiscard]] std::string_view to_string(verdict one) noexcept;
[[nodiscard]] std::optional<verdict> parse_verdict(std::string_view text) noexcept;

/// How `kitfox` ends, for scripts; the same for every command.
enum class exit_status : int {
  passed = 0,
  failed = 1,
  usage = 2,  ///< A flag, a scenario file or another input is wrong; nothing ran.
  inconclusive = 3,
  nothing_executed = 4,
  harness_error = 5,
  interrupted = 130,  ///< By SIGINT or SIGTERM, as a shell reports it.
};

/// The status of a run whose worst verdict is `worst`, where verdicts from `fail_on` upwards count as
/// failures.
[[nodiscard]] exit_status status_of(verdict worst, verdict fail_on) noexcept;

}  // namespace kitfox::conformance
