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
  /// What it violates. Run against its cases, exactly these and those of `entails` are found broken.
  std::span<const std::string_view> violates;
  /// What breaks with it in its cases, for the reason that stands with the list. In other cases of the corpus
  /// anything may, but only in runs that name something of `violates` as well, and what is in `elsewhere`.
  std::span<const std::string_view> entails;
  void (*apply)(sim_subjects&);
  /// Scenarios that show it, beside those that verify what it violates and the cross-section.
  std::span<const std::string_view> needs = {};
  /// What is found in other cases without anything that it violates: their scenarios wait for what it spoils.
  /// Exact, too.
  std::span<const std::string_view> elsewhere = {};
};

[[nodiscard]] std::span<const mutant> agent_mutants();
[[nodiscard]] std::span<const mutant> gateway_mutants();
/// Both, or null.
[[nodiscard]] const mutant* find_mutant(std::string_view name);

}  // namespace kitfox::conformance
