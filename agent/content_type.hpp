#pragma once
#include <string_view>

namespace kitfox::agent {

/// True if a Content-Type names text/event-stream (RFC 9110 §8.3.1): letter case, surrounding spaces,
/// parameters and a trailing semicolon do not matter.
[[nodiscard]] bool is_event_stream(std::string_view content_type) noexcept;

}  // namespace kitfox::agent
