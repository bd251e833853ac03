#pragma once
#include <optional>
#include <string>

#include "gateway/tenancy.hpp"
#include "runtime/clock.hpp"

namespace kitfox::gateway {

/// What the store keeps of an agent's key: never the secret itself.
struct key_record {
  std::string key_id;
  std::string cluster_id;
  std::string cluster_name;
  tenant owner;
  std::string secret_hash;  ///< protocol::hash_secret(secret, pepper).
  runtime::wall_time created_at{};
  std::optional<runtime::wall_time> revoked_at{};
};

}  // namespace kitfox::gateway
