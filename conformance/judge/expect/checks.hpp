#pragma once
#include "conformance/judge/expect/check_scope.hpp"

namespace kitfox::conformance {

// One function for each kind of check under `expect:`; what each demands stands with its type in
// scenario/check.hpp.
void judge(const connected_check& what, check_scope& scope);
void judge(const disconnected_check& what, check_scope& scope);
void judge(const stream_age_check& what, check_scope& scope);
void judge(const silence_check& what, check_scope& scope);
void judge(const closed_check& what, check_scope& scope);
void judge(const dials_check& what, check_scope& scope);
void judge(const reconnects_check& what, check_scope& scope);
void judge(const back_within_check& what, check_scope& scope);
void judge(const backoff_check& what, check_scope& scope);
void judge(const peak_connects_check& what, check_scope& scope);
void judge(const no_command_delivered_check& what, check_scope& scope);
void judge(const delivered_check& what, check_scope& scope);
void judge(const outcomes_check& what, check_scope& scope);
void judge(const exit_check& what, check_scope& scope);
void judge(const exits_check& what, check_scope& scope);
void judge(const log_check& what, check_scope& scope);
void judge(const ready_check& what, check_scope& scope);
void judge(const kubernetes_calls_check& what, check_scope& scope);
void judge(const requests_check& what, check_scope& scope);

}  // namespace kitfox::conformance
