#pragma once
#include <string>
#include <string_view>

#include "gateway/route.hpp"

namespace kitfox::gateway {

/// Where a command stands. The last four are final.
enum class command_state {
  admitted,   ///< Accepted; its audit record is not durable yet, or no agent is there and the caller waits.
  queued,     ///< In a stream's outbox; not a byte of it was handed to the network.
  sent,       ///< Handed to the network: it may run, so it is never sent again.
  orphaned,   ///< Sent on a stream that has ended; an answer may still come.
  answered,   ///< The agent's answer was given to the caller.
  failed,     ///< The caller was told `unavailable` or another failure of ours.
  cancelled,  ///< The caller went away, or withdrew the command.
  expired,    ///< The deadline passed first.
};

/// What decisions about one command may look at; the views live during the call.
struct command_view {
  std::string_view request_id;
  std::string_view cluster_id;  ///< The cluster it was addressed to.
  std::string_view key_id;      ///< The key of the stream it was sent on; empty until then.
  command_state state = command_state::admitted;
  bool deadline_passed = false;
  bool key_revoked = false;  ///< It failed because its stream's key was revoked.
};

/// Who posts a response, after authentication.
struct response_sender {
  std::string_view cluster_id;
  std::string_view key_id;
};

/// What becomes of a posted response (RSP-2, RSP-3, RSP-4).
enum class response_verdict {
  accepted,   ///< Given to the caller; 200.
  duplicate,  ///< Answered before; ignored, 200.
  late,       ///< In time, but the caller was told a failure already; ignored, 200.
  unknown,    ///< No such command; 404.
  foreign,    ///< A command of another cluster; 404, as if unknown.
  expired,    ///< After the deadline, or withdrawn by revocation; 410.
};

}  // namespace kitfox::gateway
