#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "conformance/subject/subject.hpp"
#include "conformance/transcript/transcript.hpp"

namespace kitfox::conformance {

/// One thing that every case needs of a subject before anything can be said about the program.
struct subject_check_step {
  std::string needs;  ///< "dials INCIDENTFOX_GATEWAY_URL"
  enum class outcome { holds, fails, not_reached } is = outcome::not_reached;
  /// Whether there is no point in testing a subject without it: other steps are faults of the program, which
  /// the suite explains better.
  bool vital = false;
  std::string hint;  ///< What was seen, and what in the subject file to look at; empty when it holds.
};

/// The scenario that is played for it, as built into the program (conformance/subject/check-agent.yaml).
[[nodiscard]] std::string_view embedded_subject_check() noexcept;

/// Tells a broken subject file from a broken subject: how far an agent got in that scenario, step by step, up
/// to the first that fails. Pure.
[[nodiscard]] std::vector<subject_check_step> check_agent(const transcript& of, const subject& whose);

}  // namespace kitfox::conformance
