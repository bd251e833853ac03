#pragma once
#include <string>
#include <string_view>

namespace kitfox::conformance {

// The routes that agents ask for, without the prefix of the gateway's URL, and what request targets consist
// of.

inline constexpr std::string_view connect_route = "/agent/connect";
/// A request id follows.
inline constexpr std::string_view response_route = "/agent/response/";

/// What stands before the query.
[[nodiscard]] inline std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}
/// The value of a member of the query as it was sent; empty without it.
[[nodiscard]] std::string query_value(std::string_view target, std::string_view name);

}  // namespace kitfox::conformance
