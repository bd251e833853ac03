#pragma once
#include <string_view>

#include "runtime/event_sink.hpp"
#include "runtime/outcome.hpp"

namespace kitfox::runtime {

/// The one place where errors of sockets and resolvers become runtime::errc. What has no counterpart becomes
/// errc::system_failure, and the event "system_failure" tells `operation` and the original code.
[[nodiscard]] error_code from_system(const error_code& failure, std::string_view operation,
                                     event_sink& events);

}  // namespace kitfox::runtime
