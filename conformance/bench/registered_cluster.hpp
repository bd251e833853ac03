#pragma once
#include <string>
#include <string_view>

#include "conformance/bench/bare_connection.hpp"

namespace kitfox::conformance {

/// A cluster that a gateway knows, with its first key.
struct registered_cluster {
  std::string id, team, key;
};

/// How many clusters of a benchmark share a team.
inline constexpr std::size_t clusters_per_team = 10;

/// Registers cluster `number` of the organisation "bench" over a connection to the callers' listener.
/// Errors: what the exchange says; protocol_error for an answer other than 201, which `why` then quotes.
[[nodiscard]] runtime::task<runtime::result<registered_cluster>> register_cluster(bare_connection& by,
                                                                                  std::size_t number,
                                                                                  std::string& why);
/// Bytes of a POST of JSON to the callers' listener, with the load generator's credential.
[[nodiscard]] std::string print_post(std::string_view target, std::string_view body);

}  // namespace kitfox::conformance
