#pragma once
#include <optional>
#include <string>

#include "conformance/judge/evidence.hpp"
#include "conformance/scenario/scenario.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {

/// How long after a command's deadline its answer may still leave the agent: for one that took until then.
inline constexpr instant answering_max = 2'000'000'000;

/// How long a command may take, by its own `timeout`; empty where it says nothing that can be read.
[[nodiscard]] std::optional<instant> time_of(const command& one);

/// The node of an agent that was sent a command, was alive, connected and undisturbed all the time until
/// `until`, and sent no answer to it, nor dialled in vain to do so. Empty: it answered, something may have
/// kept it from answering, or the command was withdrawn: before its deadline, or at it from an agent that the
/// API server kept waiting.
[[nodiscard]] std::optional<std::string> silent_agent(const evidence& about, const command& one,
                                                      instant until);

/// A stream of the call's cluster was open at both ends all the time that the call took, and no command was
/// sent for it.
[[nodiscard]] bool sent_nothing(const evidence& about, const caller_call& call);

/// Whose promise it is that a requirement of a scenario puts to the test; `both`: nothing says whose.
[[nodiscard]] requirement_role side_at_stake(const scenario& what, std::string_view requirement);

/// Why a call that failed shows nothing of the side, agent or gateway, whose promise it was to try: the other
/// side was at fault. Empty: it may show something. For `gateway` only calls that need an agent's answer may
/// be asked about.
[[nodiscard]] std::string fault_of_the_other(const evidence& about, const caller_call& call,
                                             requirement_role side);

}  // namespace kitfox::conformance
