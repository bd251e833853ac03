#pragma once
#include "gateway/answers.hpp"
#include "gateway/audit_log.hpp"
#include "gateway/metrics.hpp"
#include "gateway/options.hpp"
#include "gateway/policy.hpp"
#include "gateway/refusal_audit.hpp"
#include "gateway/switchboard.hpp"

namespace kitfox::gateway {

/// What everything on the hub works with: the host of the callers' listener, where commands, routes, audit
/// and metrics live. Everything outlives whoever has this.
struct api_parts {
  runtime::host& on;
  const gateway_options& options;
  const gateway_policy& policy;
  switchboard& board;
  audit_log& audit;
  refusal_audit& refusals;
  metrics& numbers;
  const bool& draining;  ///< True from the request to stop on.
};

[[nodiscard]] inline readiness readiness_of(const api_parts& of) {
  if (of.draining) return readiness::draining;
  return of.audit.down() ? readiness::audit_down : readiness::ready;
}

}  // namespace kitfox::gateway
