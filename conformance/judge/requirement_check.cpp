#include "conformance/judge/requirement_check.hpp"

#include <vector>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {

std::span<const requirement_check> requirement_checks() {
  static const std::vector<requirement_check> all = [] {
    std::vector<requirement_check> out;
    for (const auto area :
         {backoff_checks(),  liveness_checks(), connect_checks(),    command_checks(),    response_checks(),
          rbac_checks(),     routing_checks(),  revocation_checks(), shutdown_checks(),   input_checks(),
          deadline_checks(), metrics_checks(),  tenancy_checks(),    form_checks(),       result_checks(),
          figure_checks(),   listing_checks(),  restraint_checks(),  connection_checks(), audit_checks()}) {
      out.insert(out.end(), area.begin(), area.end());
    }
    return out;
  }();
  return all;
}

}  // namespace kitfox::conformance
