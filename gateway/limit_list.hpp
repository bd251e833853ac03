#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "gateway/options.hpp"

namespace kitfox::gateway {

/// One limit that counts something, with its name and what it bounds, for `--help` and for checks.
struct count_limit {
  std::string_view name;
  std::size_t gateway_limits::*member;
  std::string_view meaning;
};
/// One limit in time.
struct span_limit {
  enum class lower_bound { positive, zero };
  std::string_view name;
  duration gateway_limits::*member;
  std::string_view meaning;
  lower_bound at_least = lower_bound::positive;
};

/// The flag and the environment variable of an option, `name` being as in limits: `header_bytes_max` is
/// `--header-bytes-max` and `KITFOX_GATEWAY_HEADER_BYTES_MAX`.
[[nodiscard]] std::string flag_of(std::string_view name);
[[nodiscard]] std::string variable_of(std::string_view name);
/// What the option of a limit in time is called: its name and the unit.
[[nodiscard]] std::string name_in_seconds(const span_limit& of);

/// Every member of gateway_limits, in order.
[[nodiscard]] std::span<const count_limit> count_limits() noexcept;
[[nodiscard]] std::span<const span_limit> span_limits() noexcept;

}  // namespace kitfox::gateway
