#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/judge/findings.hpp"
#include "conformance/judge/verdict.hpp"
#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {

/// What one side's part of a requirement came to that both promise.
struct side_verdict {
  verdict outcome = verdict::pass;
  std::size_t observations = 0;
  bool named = false;
};

/// What one requirement came to in one case.
struct requirement_verdict {
  std::string id;
  verdict outcome = verdict::pass;
  std::size_t observations = 0;  ///< How much the checks found to look at.
  bool named = false;            ///< The scenario says that it verifies it.
  /// Of what both promise; empty otherwise.
  std::optional<side_verdict> of_agent = {}, of_gateway = {};
  [[nodiscard]] const std::optional<side_verdict>& of(requirement_role side) const noexcept {
    return side == requirement_role::agent ? of_agent : of_gateway;
  }
};

/// What one case came to: a pure function of its transcript.
struct judgement {
  verdict outcome = verdict::pass;
  std::vector<requirement_verdict>
      requirements;               ///< Of those that were looked at or named, in order of their ids.
  std::vector<finding> findings;  ///< In the order of time; the first is the first divergence.
  std::string harness_failure;    ///< Why nothing can be said; empty otherwise.
};

/// What one finding comes to by itself.
[[nodiscard]] verdict weigh(const finding& one);
/// The first of the worst: where the run went wrong for what it is blamed for. Null if nothing was found.
[[nodiscard]] const finding* first_divergence(const judgement& of);

/// The scenario as it stood when the run was made, from the transcript's own header. Empty where it is not
/// there whole; `why` then says what is missing.
[[nodiscard]] std::optional<scenario_case> scenario_of(const transcript& of, std::string& why);

/// Judges a transcript. The scenario is read from its header; nothing else is looked at, and nothing runs.
[[nodiscard]] judgement judge(const transcript& of);

}  // namespace kitfox::conformance
