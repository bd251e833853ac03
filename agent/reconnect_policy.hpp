#pragma once
#include <optional>
#include <string_view>

#include "runtime/clock.hpp"

namespace kitfox::agent {

/// Why an attempt or a stream came to its end, as logs and metrics name it.
enum class end_reason {
  dial_failed,          ///< Name resolution, TCP or TLS failed.
  dial_timeout,         ///< They took longer than session_options::dial_timeout.
  head_timeout,         ///< No response head in time.
  connected_timeout,    ///< Bytes came, but no `connected` event in time.
  key_refused,          ///< 401 or 403.
  throttled,            ///< 429.
  server_error,         ///< 5xx.
  redirected,           ///< 3xx; never followed.
  no_content,           ///< 204: the gateway asks not to come back.
  unexpected_status,    ///< Any other status than 200.
  not_an_event_stream,  ///< 200 with another content type.
  end_of_stream,        ///< The gateway ended the stream in order.
  connection_lost,      ///< Reset, cut short, or a broken message.
  watchdog,             ///< Not a byte for too long.
  event_too_large,      ///< An event over the limit.
};
[[nodiscard]] std::string_view to_string(end_reason reason) noexcept;

/// How one attempt ended: all that the next delay may depend on.
struct attempt_end {
  end_reason reason = end_reason::dial_failed;
  bool established = false;     ///< The `connected` event had come.
  runtime::duration healthy{};  ///< From `connected` to the last evidence of life; 0 unless established.
  /// The longest that the gateway asked to wait, by Retry-After, `retry:` or drain.
  std::optional<runtime::duration> floor{};
};

/// Decides how long to wait before the next attempt. The reference is `backoff`. No I/O.
class reconnect_policy {
 public:
  virtual ~reconnect_policy() = default;
  [[nodiscard]] virtual runtime::duration delay_after(const attempt_end& end) = 0;
  /// How many ends were counted since the last reset, for logs.
  [[nodiscard]] virtual unsigned consecutive_ends() const noexcept = 0;
};

}  // namespace kitfox::agent
