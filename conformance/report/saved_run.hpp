#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "conformance/report/case_result.hpp"
#include "runtime/outcome.hpp"

namespace kitfox::conformance {

/// Bound of a results.json that is read back.
inline constexpr std::uintmax_t results_bytes_max = 256ULL << 20;

/// Which timelines are made again from the transcripts.
enum class timelines { none, of_what_went_wrong, all };

/// A run as `kitfox run --out DIR` left it. `from` is the folder, or its results.json. On failure `why` says
/// what is wrong with which file. A transcript that is missing or broken is no failure: its case has no
/// timeline, and `complaints` names it.
[[nodiscard]] runtime::result<run_result> load_run(const std::filesystem::path& from, timelines wanted,
                                                   std::string& why, std::vector<std::string>& complaints);

/// Every view that `kitfox run --out` leaves, by the name of its file: results.json, junit.xml, results.tap,
/// summary.md, badge.svg, report.html.
struct report_file {
  const char* name;
  std::string text;
};
[[nodiscard]] std::vector<report_file> print_reports(const run_result& all);

}  // namespace kitfox::conformance
