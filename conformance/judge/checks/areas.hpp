#pragma once
#include <span>

#include "conformance/judge/requirement_check.hpp"

namespace kitfox::conformance {

// The checks of each area of the specification, in one source each.
[[nodiscard]] std::span<const requirement_check> backoff_checks();
[[nodiscard]] std::span<const requirement_check> liveness_checks();
[[nodiscard]] std::span<const requirement_check> connect_checks();
[[nodiscard]] std::span<const requirement_check> command_checks();
[[nodiscard]] std::span<const requirement_check> response_checks();
[[nodiscard]] std::span<const requirement_check> rbac_checks();
[[nodiscard]] std::span<const requirement_check> routing_checks();
[[nodiscard]] std::span<const requirement_check> revocation_checks();
[[nodiscard]] std::span<const requirement_check> shutdown_checks();
[[nodiscard]] std::span<const requirement_check> input_checks();
[[nodiscard]] std::span<const requirement_check> deadline_checks();
[[nodiscard]] std::span<const requirement_check> metrics_checks();
[[nodiscard]] std::span<const requirement_check> tenancy_checks();
[[nodiscard]] std::span<const requirement_check> form_checks();
[[nodiscard]] std::span<const requirement_check> audit_checks();
[[nodiscard]] std::span<const requirement_check> connection_checks();
[[nodiscard]] std::span<const requirement_check> result_checks();
[[nodiscard]] std::span<const requirement_check> figure_checks();
[[nodiscard]] std::span<const requirement_check> listing_checks();
[[nodiscard]] std::span<const requirement_check> restraint_checks();

}  // namespace kitfox::conformance
