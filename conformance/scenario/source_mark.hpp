#pragma once
#include <cstdint>
#include <string>

namespace kitfox::conformance {

/// Where something stands in a scenario file. Lines and columns count from 1; line 0 means "nowhere", for
/// values that the loader filled in.
struct source_mark {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend bool operator==(const source_mark&, const source_mark&) = default;
};

/// "scenarios/x.yaml:14:5", or the file alone when there is no line.
[[nodiscard]] std::string to_string(const source_mark& mark);

}  // namespace kitfox::conformance
