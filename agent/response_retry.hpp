#pragma once
#include <optional>

#include "agent/agent_policy.hpp"
#include "agent/answer_sender.hpp"
#include "runtime/clock.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::agent {

/// What came of one try to post an answer.
struct post_result {
  int status = 0;  ///< 0: no response (network failure or time limit).
  std::optional<runtime::duration> retry_after{};
};

struct retry_action {
  enum class what {
    wait,  ///< Try again after `delay`.
    end,   ///< It ended as `outcome` says.
  };
  what step = what::end;
  runtime::duration delay{};
  delivery outcome = delivery::delivered;
};

/// Decides whether and when to post one answer again: after a network failure, 5xx, 408 and 429, with a
/// jittered pause in [e/2, e], e doubling from retry_initial to retry_cap, or [f, f + e] where the gateway
/// asked for f. Until the command's deadline; fewer than `tries_min` tries are never the end before the
/// deadline plus `grace`, and pauses shrink to let them happen. No I/O.
class response_retry {
 public:
  /// `jitter` must outlive it. `deadline` is the command's.
  response_retry(const response_options& options, runtime::entropy& jitter, runtime::mono_time deadline)
      : options_{options}, jitter_{jitter}, deadline_{deadline} {}

  [[nodiscard]] retry_action on_try_ended(const post_result& result, runtime::mono_time now);
  /// When to abandon a try that begins now.
  [[nodiscard]] runtime::mono_time try_until(runtime::mono_time now) const {
    return now + options_.try_timeout;
  }
  [[nodiscard]] std::uint32_t tries() const noexcept { return tries_; }

 private:
  [[nodiscard]] retry_action again(runtime::duration floor, runtime::mono_time now);

  response_options options_;
  runtime::entropy& jitter_;
  runtime::mono_time deadline_;
  std::uint32_t tries_ = 0;
};

}  // namespace kitfox::agent
