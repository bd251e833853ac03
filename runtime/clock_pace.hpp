#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/clock.hpp"

namespace kitfox::runtime {

/// How fast the time of a real host passes. For tests that put a program into a world whose time is quicker:
/// hosts with the same pace agree on civil time, also across processes.
struct clock_pace {
  std::uint32_t times = 1;
  wall_time since{};  ///< When civil time and the system's were the same.
  [[nodiscard]] bool operator==(const clock_pace&) const = default;
};
inline constexpr std::uint32_t clock_pace_max = 100;

/// By which the reference programs are told; kitfox alone sets it.
inline constexpr const char* clock_pace_variable = "KITFOX_CLOCK_PACE";
/// "10@1764316800000000000": times, and nanoseconds since 1970.
[[nodiscard]] std::string print_clock_pace(const clock_pace& pace);
/// Empty where `text` is nothing that print_clock_pace() makes.
[[nodiscard]] std::optional<clock_pace> parse_clock_pace(std::string_view text);
/// A pace by which civil time begins to run away now.
[[nodiscard]] clock_pace quicker_from_now(std::uint32_t times);

}  // namespace kitfox::runtime
