#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/scenario/bounds.hpp"

namespace kitfox::conformance {

/// "250ms", "1h30m", "-10m", "7d": numbers with one of ns, us, ms, s, m, h, d. Empty when it is none, or does
/// not fit into 64-bit nanoseconds.
[[nodiscard]] std::optional<duration> parse_duration(std::string_view text);
/// The shortest text that parse_duration reads back: "1h30m", "250ms", "0s".
[[nodiscard]] std::string print_duration(duration span);

/// "65536", "64KiB", "1MB": bytes.
[[nodiscard]] std::optional<std::int64_t> parse_size(std::string_view text);
/// "1MiB/s", or a plain number of bytes a second.
[[nodiscard]] std::optional<std::int64_t> parse_bandwidth(std::string_view text);
/// "2/min", "60/s", "5/10s".
[[nodiscard]] std::optional<event_rate> parse_rate(std::string_view text);

/// True when `text` fits `pattern`, in which * stands for any run of characters, also none.
[[nodiscard]] bool fits_glob(std::string_view pattern, std::string_view text) noexcept;

}  // namespace kitfox::conformance
