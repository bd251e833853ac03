#pragma once
#include <cstddef>
#include <string>

#include "conformance/report/case_result.hpp"

namespace kitfox::conformance {

/// report.html: one file that needs nothing else, neither a network nor a server. Requirements with their
/// verdicts, every case with its findings, and the timelines that the cases carry (`picture`). Whatever a
/// text holds, it is shown as text.
[[nodiscard]] std::string print_html(const run_result& all);

/// Bound of all timelines in one page. Over it, those of cases that passed are left out first, then the last
/// ones; the page says how many.
inline constexpr std::size_t pictures_bytes_max = 32U << 20;

}  // namespace kitfox::conformance
