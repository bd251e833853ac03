#include "conformance/judge/refusal_codes.hpp"

namespace kitfox::conformance {

std::span<const std::string_view> codes_for(int status) noexcept {
  static constexpr std::string_view own_credential[] = {"internal", "unavailable"}, refused[] = {"denied"},
                                    missing[] = {"not_found"}, gone[] = {"expired", "invalid"},
                                    throttled[] = {"busy", "unavailable"},
                                    late[] = {"timeout", "unavailable"}, broken[] = {"unavailable"};
  if (status == 401) return own_credential;
  if (status == 403) return refused;
  if (status == 404) return missing;
  if (status == 410) return gone;
  if (status == 429) return throttled;
  if (status == 504) return late;
  if (status >= 500) return broken;
  return {};
}

}  // namespace kitfox::conformance
