#pragma once
#include <span>
#include <string_view>

#include "conformance/judge/findings.hpp"

namespace kitfox::conformance {

/// One judgement that is made of every transcript: pure, by the wire alone. It speaks only of the
/// requirements it lists.
struct requirement_check {
  std::string_view name;  ///< "backoff-envelope"
  std::span<const std::string_view> requirements;
  void (*judge)(const evidence&, findings&);
};

/// Every check there is, by area. A requirement of the registry without any is not checked and says why.
[[nodiscard]] std::span<const requirement_check> requirement_checks();

}  // namespace kitfox::conformance
