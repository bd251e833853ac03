#pragma once
#include <cstdint>
#include <string>

#include "gateway/tenancy.hpp"
#include "runtime/clock.hpp"

namespace kitfox::gateway {

/// Number of one agent stream, from 1, never reused by a gateway: the connection generation of HA-1. A higher
/// number is a newer stream.
using session_id = std::uint64_t;

/// How fit a stream is to take a command; a better one comes first.
enum class route_health {
  healthy,
  retiring,  ///< Reached its age or is being drained; used only when nothing better is there.
  stalled,   ///< A write has been waiting for the peer; likewise, after retiring ones.
  opening,   ///< `connected` was not written yet; never used.
};

/// One agent stream as the route table knows it.
struct route {
  session_id id = 0;
  std::string cluster_id;
  /// From the agent; empty from a base agent, which then is an instance of its own.
  std::string instance_id;
  std::string key_id;
  tenant owner;
  route_health health = route_health::opening;
  /// Commands that timed out on it since the agent's last sign of life: an open connection says nothing.
  std::uint32_t unanswered = 0;
};

}  // namespace kitfox::gateway
