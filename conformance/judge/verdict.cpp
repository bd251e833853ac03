#include "conformance/judge/verdict.hpp"

#include <array>

namespace kitfox::conformance {
namespace {
constexpr std::array<std::string_view, 6> names{"pass",         "skipped", "warn",
                                                "inconclusive", "fail",    "harness-error"};
}

std::string_view to_string(verdict one) noexcept { return names[static_cast<std::size_t>(one)]; }

std::optional<verdict> parse_verdict(std::string_view text) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<verdict>(i);
  }
  return std::nullopt;
}

exit_status status_of(verdict worst, verdict fail_on) noexcept {
  if (worst == verdict::harness_error) return exit_status::harness_error;
  if (worst == verdict::fail) return exit_status::failed;
  if (worst == verdict::inconclusive)
    return fail_on <= worst ? exit_status::failed : exit_status::inconclusive;
  if (worst == verdict::pass) return exit_status::passed;
  return fail_on <= worst ? exit_status::failed : exit_status::passed;
}

}  // namespace kitfox::conformance
