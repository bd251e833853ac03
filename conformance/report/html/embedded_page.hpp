#pragma once
#include <string_view>

namespace kitfox::conformance {

/// The parts of the page, from the files beside this one, as built into the program.
[[nodiscard]] std::string_view embedded_report_html() noexcept;
[[nodiscard]] std::string_view embedded_report_css() noexcept;
[[nodiscard]] std::string_view embedded_timeline_css() noexcept;
[[nodiscard]] std::string_view embedded_comparison_html() noexcept;
[[nodiscard]] std::string_view embedded_comparison_css() noexcept;
[[nodiscard]] std::string_view embedded_comparison_js() noexcept;
[[nodiscard]] std::string_view embedded_elements_js() noexcept;
[[nodiscard]] std::string_view embedded_run_js() noexcept;
[[nodiscard]] std::string_view embedded_theme_js() noexcept;
[[nodiscard]] std::string_view embedded_filter_js() noexcept;
[[nodiscard]] std::string_view embedded_summary_js() noexcept;
[[nodiscard]] std::string_view embedded_requirements_view_js() noexcept;
[[nodiscard]] std::string_view embedded_cases_view_js() noexcept;
[[nodiscard]] std::string_view embedded_case_view_js() noexcept;
[[nodiscard]] std::string_view embedded_timeline_scale_js() noexcept;
[[nodiscard]] std::string_view embedded_timeline_layout_js() noexcept;
[[nodiscard]] std::string_view embedded_timeline_shapes_js() noexcept;
[[nodiscard]] std::string_view embedded_timeline_drawing_js() noexcept;
[[nodiscard]] std::string_view embedded_timeline_card_js() noexcept;
[[nodiscard]] std::string_view embedded_timeline_view_js() noexcept;
[[nodiscard]] std::string_view embedded_pages_js() noexcept;

}  // namespace kitfox::conformance
