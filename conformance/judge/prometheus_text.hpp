#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kitfox::conformance {

/// One sample of an exposition.
struct prometheus_sample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  ///< Values without their escapes.
  double value = 0;
};

/// An exposition in the text format, version 0.0.4 (prometheus.io, "Exposition formats").
struct prometheus_text {
  std::vector<prometheus_sample> samples;
  std::string error;  ///< What is wrong with the first line that is; empty when all are well-formed.
};

/// Reads what is there. The last line must end in a line feed, unless `cut` says that more followed it.
[[nodiscard]] prometheus_text parse_prometheus_text(std::string_view text, bool cut);

}  // namespace kitfox::conformance
