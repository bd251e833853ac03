#pragma once
#include <span>
#include <string_view>

#include "conformance/world/sim_world.hpp"

namespace kitfox::conformance {

/// A deliberately broken agent or gateway: the reference with one part exchanged. It proves that a check can
/// fail.
struct mutant {
  std::string_view name;  ///< "agent-no-jitter"
  std::string_view what;  ///< What it does wrong, in one sentence.
  /// What it violates: with the corpus run against it, every one of these is found broken, and no other
  /// requirement.
  std::span<const std::string_view> violates;
  /// Requirements that its fault breaks as well in some runs, for the reason that stands with the list; they
  /// may be found or not.
  std::span<const std::string_view> may_violate;
  void (*apply)(sim_subjects&);
  /// Scenarios that show it, beside those that verify what it violates and the cross-section.
  std::span<const std::string_view> needs = {};
};

[[nodiscard]] std::span<const mutant> agent_mutants();
[[nodiscard]] std::span<const mutant> gateway_mutants();
/// Both, or null.
[[nodiscard]] const mutant* find_mutant(std::string_view name);

}  // namespace kitfox::conformance
