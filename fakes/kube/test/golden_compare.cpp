#include "fakes/kube/test/golden_compare.hpp"

#include <algorithm>
#include <array>

namespace kitfox::kube::golden {

namespace {

constexpr std::array headers_compared{
    "Content-Type",     "Cache-Control", "Retry-After", "X-Content-Type-Options",
    "WWW-Authenticate", "Warning",       "Location",    "Audit-Id"};
constexpr const char* flow_schema_header = "X-Kubernetes-Pf-Flowschema-Uid";

std::string header_of(const runtime::http::fields& headers, const char* name) {
  return std::string{headers.get(name).value_or("")};
}

// Lists that the watch cache serves come in the order of a hash map.
bool in_any_order(const std::string& number) {
  for (const char* one : {"169", "303", "305", "306", "314", "316"}) {
    if (number == one) return true;
  }
  return false;
}

void sort_items(json& value) {
  if (value.is_array()) std::sort(value.begin(), value.end());
  if (value.is_object() && value.contains("items")) std::sort(value["items"].begin(), value["items"].end());
}

// Only the first event of a Table watch has column definitions: whichever object comes first.
void move_columns(json& events) {
  if (!events.is_array()) return;
  for (json& event : events) event["object"].erase("columnDefinitions");
}

std::string quoted_pair(const std::string& actual, const std::string& expected) {
  return "'" + actual + "', recorded '" + expected + "'";
}

std::string body_difference(const exchange& recorded, const test::seen& seen) {
  if (recorded.truncated || recorded.request.method == "HEAD") return "";
  std::string body = recorded.binary ? hex_of(seen.body) : seen.body;
  while (body.ends_with('\n')) body.pop_back();
  json actual = normal_form(body);
  json expected = normal_form(recorded.body);
  if (in_any_order(recorded.number)) {
    for (json* value : {&actual, &expected}) {
      if (recorded.number == "303") move_columns(*value);
      sort_items(*value);
    }
  }
  if (actual == expected) return "";
  const bool structured = actual.is_structured() && expected.is_structured();
  return structured ? print_json(json::diff(expected, actual)) : quoted_pair(body, recorded.body);
}

}  // namespace

std::vector<difference> comparison::differences(const exchange& recorded, const test::seen& seen) {
  std::vector<difference> out;
  if (seen.status != recorded.status) {
    out.push_back({"status", std::to_string(seen.status) + ", recorded " + std::to_string(recorded.status)});
  }
  for (const char* name : headers_compared) {
    const std::string actual = header_of(seen.headers, name);
    const std::string expected = header_of(recorded.headers, name);
    if (actual != expected) out.push_back({name, quoted_pair(actual, expected)});
  }
  compare_flow_schemas(header_of(seen.headers, flow_schema_header),
                       header_of(recorded.headers, flow_schema_header), out);
  if (std::string text = body_difference(recorded, seen); !text.empty()) {
    out.push_back({"body", std::move(text)});
  }
  return out;
}

// A uid of the recording always stands for the same schema of ours.
void comparison::compare_flow_schemas(const std::string& actual, const std::string& expected,
                                      std::vector<difference>& out) {
  const bool same = actual.empty() == expected.empty() &&
                    flow_schemas_.try_emplace(expected, actual).first->second == actual;
  if (!same) out.push_back({flow_schema_header, quoted_pair(actual, expected)});
}

}  // namespace kitfox::kube::golden
