#pragma once
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace kitfox::conformance {

/// A number that a benchmark is to reach.
struct bench_target {
  enum class side { at_least, at_most };
  std::string name, unit;
  double measured = 0, bound = 0;
  side which = side::at_least;
  [[nodiscard]] bool met() const noexcept {
    return which == side::at_least ? measured >= bound : measured <= bound;
  }
};

/// What one benchmark found, for people and for programs.
struct bench_report {
  std::string schema;  ///< Name of the JSON's shape, such as "kitfox/bench-gateway/1".
  nlohmann::ordered_json settings, values;
  std::vector<bench_target> targets;
  std::string text;  ///< The values in words.
  [[nodiscard]] bool met() const noexcept;
  [[nodiscard]] nlohmann::ordered_json to_json() const;
  /// The text, then a line for each target: name, measured, bound, ok or MISSED.
  void print(std::ostream& out) const;
};

}  // namespace kitfox::conformance
