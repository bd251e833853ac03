#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace kitfox::protocol {

/// A moment in UTC. Covers 1677-09-21 to 2262-04-11; parsers refuse what lies outside the years 1678 to 2261.
using timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

enum class time_precision { seconds, milliseconds, microseconds, nanoseconds };

/// Parses RFC 3339 §5.6 `2024-05-06T07:08:09.123Z` or with an offset `+02:00`. `t` and `z` may be lower case.
/// Digits beyond nanoseconds are cut. A leap second (`:60`) becomes the second after.
/// protocol_errc::bad_timestamp otherwise.
[[nodiscard]] result<timestamp> parse_rfc3339(std::string_view text);

/// Parses what base peers send as "ISO 8601": RFC 3339, or a space for the `T`, a comma for the point,
/// offsets `+0200` and `+02`, or no offset at all, which is taken as UTC.
[[nodiscard]] result<timestamp> parse_iso8601(std::string_view text);

/// `2024-05-06T07:08:09Z`, with as many digits of fraction as `precision` says (cut, not rounded). Always UTC
/// with Z.
[[nodiscard]] std::string print_rfc3339(timestamp time,
                                        time_precision precision = time_precision::milliseconds);

/// Parses an HTTP date (RFC 9110 §5.6.7): IMF-fixdate, and the obsolete RFC 850 and asctime forms. `now`
/// resolves the two-digit year of RFC 850: more than 50 years ahead means the century before. The day of the
/// week is not checked.
[[nodiscard]] result<timestamp> parse_http_date(std::string_view text, timestamp now);

/// IMF-fixdate, for example `Sun, 06 Nov 1994 08:49:37 GMT`.
[[nodiscard]] std::string print_http_date(timestamp time);

/// Parses `Retry-After` (RFC 9110 §10.2.3), delay-seconds or HTTP date, to the time still to wait from `now`,
/// in [0, delay_max]; a date in the past is 0, whatever is longer is clamped. protocol_errc::bad_timestamp if
/// it is neither.
[[nodiscard]] result<std::chrono::milliseconds> parse_retry_after(
    std::string_view text, timestamp now, std::chrono::milliseconds delay_max = std::chrono::minutes{5});

}  // namespace kitfox::protocol
