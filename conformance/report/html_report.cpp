#include "conformance/report/html_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "conformance/report/html/embedded_page.hpp"
#include "conformance/report/page_parts.hpp"
#include "conformance/report/requirement_summary.hpp"
#include "conformance/report/results_json.hpp"

namespace kitfox::conformance {
namespace {

/// In the order in which they are run: each may use those before it.
std::vector<std::string_view> page_scripts() {
  return {embedded_elements_js(),
          embedded_run_js(),
          embedded_theme_js(),
          embedded_filter_js(),
          embedded_summary_js(),
          embedded_timeline_scale_js(),
          embedded_timeline_layout_js(),
          embedded_timeline_shapes_js(),
          embedded_timeline_drawing_js(),
          embedded_timeline_card_js(),
          embedded_timeline_view_js(),
          embedded_case_view_js(),
          embedded_requirements_view_js(),
          embedded_cases_view_js(),
          embedded_pages_js()};
}

nlohmann::ordered_json describe(const requirement_result& one) {
  nlohmann::ordered_json out{{"id", one.id}, {"cases", one.cases}, {"observations", one.observations}};
  if (one.outcome) out["verdict"] = to_string(*one.outcome);
  if (one.about == nullptr) return out;
  out["level"] = to_string(one.about->level);
  out["role"] = to_string(one.about->role);
  out["profile"] = to_string(one.about->profile);
  out["area"] = one.about->area;
  out["text"] = one.about->text;
  out["judged"] = one.about->judged;
  out["why"] = one.about->why;
  out["sources"] = one.about->sources;
  if (!one.about->checked()) out["unchecked"] = one.about->reason_unchecked();
  if (!one.about->not_testable.empty()) out["not_testable"] = true;
  return out;
}

/// Which cases keep their pictures: the worst first, until the bound is reached.
std::vector<bool> kept_pictures(const run_result& all) {
  std::vector<std::size_t> order(all.cases.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return all.cases[b].judged.outcome < all.cases[a].judged.outcome;
  });
  std::vector<bool> kept(all.cases.size(), false);
  std::size_t bytes = 0;
  for (const std::size_t i : order) {
    const std::size_t size = all.cases[i].picture.size();
    if (size == 0 || bytes + size > pictures_bytes_max) continue;
    bytes += size;
    kept[i] = true;
  }
  return kept;
}

std::string print_data(const run_result& all) {
  const std::vector<bool> kept = kept_pictures(all);
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) left_out += !all.cases[i].picture.empty() && !kept[i];
  nlohmann::ordered_json more;
  more["conformant"] = is_conformant(all);
  more["pictures_left_out"] = left_out;
  more["requirements"] = nlohmann::ordered_json::array();
  for (const requirement_result& one : requirement_results_of(all))
    more["requirements"].push_back(describe(one));
  std::string out = data_element("results", print_results_json(all));
  out += data_element("specification",
                      more.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) out += data_element(fmt::format("picture-{}", i), all.cases[i].picture);
  }
  return out;
}

}  // namespace

std::string print_html(const run_result& all) {
  return assemble_page(embedded_report_html(), {embedded_report_css(), embedded_timeline_css()},
                       page_scripts(), print_data(all));
}

}  // namespace kitfox::conformance
