#pragma once
#include <string>
#include <string_view>

#include "conformance/subject/subject.hpp"
#include "conformance/transcript/transcript.hpp"

namespace kitfox::conformance {

/// A clock this many times as quick, and no less: below, a clock that does not obey could not be told from
/// one that does.
inline constexpr std::uint32_t acceleration_min = 4;
/// Beyond, what computing costs is no longer small against a program's own waits.
inline constexpr std::uint32_t acceleration_max = 20;

/// What stands against putting a subject into a quick world; `why` is empty where nothing does.
struct clock_probe {
  std::string why;
  explicit operator bool() const noexcept { return why.empty(); }
};

/// The scenarios that are played for it, as built into the program.
[[nodiscard]] std::string_view embedded_agent_probe() noexcept;
[[nodiscard]] std::string_view embedded_gateway_probe() noexcept;

/// Whether the times that the subject kept in the probe's transcript are those of the world: an agent's wait
/// after a 503 with Retry-After and its watchdog, a gateway's heartbeats and a caller's time limit. Pure.
[[nodiscard]] clock_probe judge_clock(const transcript& of, party role);

/// Plays the probe with the library, and looks at whether the subject loaded it and how quickly its time
/// passed.
[[nodiscard]] clock_probe play_clock_probe(const subject& whose, const acceleration& faster);

}  // namespace kitfox::conformance
