#pragma once
#include <cstddef>
#include <vector>

namespace kitfox::conformance {

/// Kolmogorov-Smirnov distance of `values`, each in [0, 1], from the uniform distribution on [0, 1].
/// 0 for none.
[[nodiscard]] double distance_from_uniform(std::vector<double> values);

/// The distance that `count` independent uniform values pass once in 10^9 runs at most: by Massart's bound
/// P(D > d) <= 2 exp(-2 count d^2), which holds for every count.
[[nodiscard]] double uniform_distance_max(std::size_t count);

/// With fewer values the bound tells nothing apart that a reader would not see.
inline constexpr std::size_t uniform_count_min = 14;

}  // namespace kitfox::conformance
