#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "runtime/clock.hpp"

namespace kitfox::conformance {

using runtime::duration;

/// What a counted thing may amount to; the bounds that are present all apply. The loader refuses one without
/// any bound where a bound is the point of the step or check.
struct count_bound {
  std::optional<std::uint64_t> exactly;
  std::optional<std::uint64_t> at_least;
  std::optional<std::uint64_t> at_most;

  [[nodiscard]] bool empty() const noexcept { return !exactly && !at_least && !at_most; }
  [[nodiscard]] bool holds(std::uint64_t count) const noexcept {
    return (!exactly || count == *exactly) && (!at_least || count >= *at_least) &&
           (!at_most || count <= *at_most);
  }
};

/// So many in any window of that length ("2/min").
struct event_rate {
  std::uint64_t count = 0;
  duration per{};
  [[nodiscard]] bool operator==(const event_rate&) const = default;
};

}  // namespace kitfox::conformance
