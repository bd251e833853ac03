#pragma once
#include <string>
#include <string_view>

#include "runtime/http/message.hpp"

namespace kitfox::gateway {

/// A JSON answer.
[[nodiscard]] runtime::http::response make_answer(int status, std::string json);
/// `{"detail": "..."}`; `detail` may quote hostile text, which is escaped and redacted.
[[nodiscard]] runtime::http::response make_refusal(int status, std::string_view detail);
/// The standard refusal of a status, for what the HTTP server refuses by itself.
[[nodiscard]] runtime::http::response make_refusal(int status);
/// Adds Retry-After: whole seconds, rounded up, at least 1.
[[nodiscard]] runtime::http::response with_retry_after(runtime::http::response answer,
                                                       runtime::duration after);
/// What a gateway says of itself at /ready.
enum class readiness {
  ready,
  draining,    ///< It is about to stop.
  audit_down,  ///< What happens cannot be recorded, so no command is sent and nothing is administrated.
};
/// `{"status":"ready"}`, or 503 with the reason as `status`.
[[nodiscard]] runtime::http::response make_readiness(readiness now);
[[nodiscard]] runtime::http::response make_health();

}  // namespace kitfox::gateway
