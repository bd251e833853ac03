#pragma once
#include <string>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// summary.md, for a comment under a change: the verdict, a table by area, what did not pass with expected
/// beside actual and the command that runs it again, what was skipped and why. GitHub Flavored Markdown.
/// At most `summary_bytes_max` bytes: over it, explanations are left out and counted. Texts of a subject
/// stand in code spans, where they are no markup, link to nothing and call nobody.
[[nodiscard]] std::string print_markdown(const run_result& all);
/// GitHub takes 65,536 characters in a comment.
inline constexpr std::size_t summary_bytes_max = 60'000;
/// Skipped cases named with their reasons; more are only counted.
inline constexpr std::size_t summary_skips_max = 20;

/// The text as a code span that may stand in a table cell (GFM 0.29 §6.3, §4.10).
[[nodiscard]] std::string code_span(std::string_view text);
/// The text with everything that Markdown or HTML would take for markup escaped, on one line.
[[nodiscard]] std::string escape_markdown(std::string_view text);

}  // namespace kitfox::conformance
