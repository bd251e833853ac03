#pragma once
#include <functional>

#include "conformance/judge/evidence.hpp"

namespace kitfox::conformance {

/// Streams as the gateway has them at one moment.
struct open_streams {
  std::size_t surely = 0;   ///< Open for a while before and after.
  std::size_t perhaps = 0;  ///< Began or ended within that while: the gateway may count them or not.
};
/// How far from the moment in question something must be to count as settled.
inline constexpr instant settled_after = 1'000'000'000;

/// Counts the streams that `of` takes.
[[nodiscard]] open_streams open_streams_at(const evidence& about, instant t,
                                           const std::function<bool(const stream&)>& of);

}  // namespace kitfox::conformance
