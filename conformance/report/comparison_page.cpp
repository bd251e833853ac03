#include "conformance/report/comparison_page.hpp"

#include <nlohmann/json.hpp>

#include "conformance/report/comparison_text.hpp"
#include "conformance/report/html/embedded_page.hpp"
#include "conformance/report/page_parts.hpp"
#include "conformance/report/provenance.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

using json = nlohmann::ordered_json;

json side_of(const std::string& name, const run_origin& origin) {
  json made_of = json::array();
  if (!origin.started.empty()) made_of.push_back({"started", origin.started});
  for (const auto& [what, value] : provenance_of(origin)) made_of.push_back({what, value});
  return {{"name", name}, {"made_of", std::move(made_of)}};
}

/// With the text of each requirement, which the other views leave to `kitfox explain`.
json with_texts(json changes) {
  for (json& one : changes["requirements"]) {
    const requirement* const about = find_requirement(one["name"].get<std::string>());
    if (about == nullptr) continue;
    one["level"] = to_string(about->level);
    one["text"] = about->text;
  }
  return changes;
}

}  // namespace

std::string print_comparison_html(const comparison& of, const run_origin& before, const run_origin& after) {
  const auto print = [](const json& what) {
    return what.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  return assemble_page(embedded_comparison_html(), {embedded_report_css(), embedded_comparison_css()},
                       {embedded_elements_js(), embedded_theme_js(), embedded_comparison_js()},
                       data_element("comparison", print(with_texts(json::parse(print_comparison_json(of))))) +
                           data_element("sides", print({{"before", side_of(of.before, before)},
                                                        {"after", side_of(of.after, after)}})));
}

}  // namespace kitfox::conformance
