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

/// The steps of one check: after the first that fails the others are not reached.
class check_steps {
 public:
  /// Whether those added from now on are.
  bool vital = true;
  /// `wrong` tells what is wrong, or nothing.
  template <class Wrong>
  void add(std::string needs, const Wrong& wrong) {
    subject_check_step one{std::move(needs), subject_check_step::outcome::not_reached, vital, {}};
    if (reached_) {
      one.hint = wrong();
      reached_ = one.hint.empty();
      one.is = reached_ ? subject_check_step::outcome::holds : subject_check_step::outcome::fails;
    }
    all_.push_back(std::move(one));
  }
  [[nodiscard]] std::vector<subject_check_step> take() && { return std::move(all_); }

 private:
  std::vector<subject_check_step> all_;
  bool reached_ = true;
};

/// The scenarios that are played for it, as built into the program (check-agent.yaml, check-gateway.yaml).
[[nodiscard]] std::string_view embedded_agent_check() noexcept;
[[nodiscard]] std::string_view embedded_gateway_check() noexcept;

/// Whether an agent posted an answer to any command, good or bad.
[[nodiscard]] bool answered_a_command(const transcript& of);

/// Tells a broken subject file from a broken subject: how far a subject got in its scenario, step by step, up
/// to the first that fails. Pure.
[[nodiscard]] std::vector<subject_check_step> check_agent(const transcript& of, const subject& whose);
[[nodiscard]] std::vector<subject_check_step> check_gateway(const transcript& of, const subject& whose);

}  // namespace kitfox::conformance
