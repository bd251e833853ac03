#pragma once
#include <memory>

#include "agent/agent_policy.hpp"
#include "agent/answer_sender.hpp"
#include "agent/command_runner.hpp"
#include "agent/reconnect_policy.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::agent {

/// Makes the replaceable parts of an agent; each member yields the reference part. An agent that differs in
/// one of them overrides one member, and gets the reference part to build on where there is one. Stateless;
/// must outlive every run that uses it.
class agent_parts {
 public:
  virtual ~agent_parts() = default;
  /// `jitter` outlives the part.
  [[nodiscard]] virtual std::unique_ptr<reconnect_policy> make_reconnect_policy(
      const backoff_options& options, runtime::entropy& jitter) const;
  [[nodiscard]] virtual std::unique_ptr<command_runner> make_command_runner(
      std::unique_ptr<command_runner> reference) const {
    return reference;
  }
  [[nodiscard]] virtual std::unique_ptr<answer_sender> make_answer_sender(
      std::unique_ptr<answer_sender> reference) const {
    return reference;
  }
};

}  // namespace kitfox::agent
