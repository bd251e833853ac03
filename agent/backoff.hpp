#pragma once
#include "agent/agent_policy.hpp"
#include "agent/reconnect_policy.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::agent {

/// The reference reconnect policy: full jitter under an exponential envelope, the same for every kind of end.
///
/// - The delay after the n-th consecutive end (n from 0) is uniform in (0, min(cap, initial * factor^n)].
/// - A stream that was healthy for `healthy_after` sets n back to 0, however it then ended.
/// - After any established session the envelope is at least `session_spread`, so that agents cut together
///   spread.
/// - A floor F, at most `floor_max`, makes it uniform in [F, max(envelope, 1.5 F)]: later, never earlier. Up
///   to `cap` the upper bound stays within `cap` (but at least 1 s is left), beyond it grows by at most 60 s.
/// - After 401 and 403 it is uniform in [slow_lane / 2, slow_lane * 1.5], the floor applied likewise.
class backoff final : public reconnect_policy {
 public:
  /// `jitter` must outlive the policy. Asserts that initial and cap are positive and factor >= 1.
  backoff(const backoff_options& options, runtime::entropy& jitter);
  [[nodiscard]] runtime::duration delay_after(const attempt_end& end) override;
  [[nodiscard]] unsigned consecutive_ends() const noexcept override { return ends_; }

 private:
  [[nodiscard]] runtime::duration envelope() const;
  [[nodiscard]] runtime::duration raised_by(runtime::duration floor) const;

  backoff_options options_;
  runtime::entropy& jitter_;
  unsigned ends_ = 0;
};

}  // namespace kitfox::agent
