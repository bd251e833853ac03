#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/clock.hpp"

namespace kitfox::conformance {

/// Samples of one span of time, and what can be said of them.
class distribution {
 public:
  static constexpr std::size_t samples_max = 4'000'000;  ///< Later ones are counted and not kept.

  void add(runtime::duration sample);
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// The smallest sample that at least the share `q` of all samples does not exceed, 0 < q <= 1 (nearest
  /// rank). Zero when there are none.
  [[nodiscard]] runtime::duration quantile(double q) const;
  [[nodiscard]] runtime::duration mean() const;
  /// count, min, mean, p50, p90, p99, max in milliseconds, and the histogram as pairs of an upper bound and
  /// a count.
  [[nodiscard]] nlohmann::ordered_json to_json() const;
  /// Lines of a histogram with a bar each; bounds grow by a constant factor, about ten lines a decade. A gap
  /// is one line of dots.
  [[nodiscard]] std::string print_histogram() const;

 private:
  struct bin {
    runtime::duration upper;
    std::size_t count;
  };
  void sort() const;
  [[nodiscard]] std::vector<bin> bins() const;
  mutable std::vector<runtime::duration> samples_;
  mutable bool sorted_ = true;
  std::size_t count_ = 0;
};

/// "812 us", "1.54 ms", "2.3 s".
[[nodiscard]] std::string print_span(runtime::duration span);

}  // namespace kitfox::conformance
