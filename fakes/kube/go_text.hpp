#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/clock.hpp"

namespace kitfox::kube {

/// Text in double quotes, escaped as Go's %q does it. Error texts of Kubernetes are full of it.
[[nodiscard]] std::string go_quote(std::string_view text);
/// `["a" "b"]`, as Go's %q prints a list of strings.
[[nodiscard]] std::string go_quote(std::span<const std::string> texts);
/// A query parameter as a boolean: absent is false, "false" and "0" are false, anything else is true
/// (k8s.io/apimachinery conversion of url.Values).
[[nodiscard]] bool go_query_flag(std::optional<std::string_view> value);
/// A decimal integer as strconv.ParseInt reads it; empty when malformed or out of range.
[[nodiscard]] std::optional<std::int64_t> go_parse_int(std::string_view text);
/// A decimal integer as strconv.ParseUint reads it.
[[nodiscard]] std::optional<std::uint64_t> go_parse_uint(std::string_view text);

/// "2026-11-22T09:00:00Z": whole seconds in UTC, as metav1.Time prints.
[[nodiscard]] std::string print_time(runtime::wall_time when);
/// "2026-11-22T09:00:18.000018000Z": always nine digits, as container runtimes print log times.
[[nodiscard]] std::string print_time_nanos(runtime::wall_time when);
/// RFC 3339 with an optional fraction and any offset; empty when malformed.
[[nodiscard]] std::optional<runtime::wall_time> parse_time(std::string_view text);
/// "6m28s", "3d4h": k8s.io/apimachinery/pkg/util/duration.HumanDuration, as in the Age column.
[[nodiscard]] std::string human_duration(runtime::duration span);

}  // namespace kitfox::kube
