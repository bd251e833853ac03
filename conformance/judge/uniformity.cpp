#include "conformance/judge/uniformity.hpp"

#include <algorithm>
#include <cmath>

namespace kitfox::conformance {

double distance_from_uniform(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double worst = 0;
  const double n = static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double below = static_cast<double>(i) / n;
    worst = std::max({worst, std::abs(values[i] - below), std::abs(values[i] - below - 1 / n)});
  }
  return worst;
}

double uniform_distance_max(std::size_t count) {
  constexpr double false_alarms = 1e-9;
  return std::sqrt(std::log(2 / false_alarms) / (2 * static_cast<double>(count)));
}

}  // namespace kitfox::conformance
