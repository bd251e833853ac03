// CMD-8: what callers find in results. OBS-5: and by which id they find them again.
#include <algorithm>

#include "conformance/judge/checks/areas.hpp"

namespace kitfox::conformance {
namespace {

enum class shape { text, text_or_null, number, list, map, flag };

struct result_member {
  std::string_view name;
  shape form;
};
constexpr result_member pods[] = {
    {"namespace", shape::text}, {"pod_count", shape::number}, {"pods", shape::list}};
constexpr result_member pod_of_list[] = {{"name", shape::text},
                                         {"namespace", shape::text},
                                         {"status", shape::text_or_null},
                                         {"ready", shape::text},
                                         {"restarts", shape::number},
                                         {"node", shape::text_or_null},
                                         {"created_at", shape::text_or_null}};
constexpr result_member pod_logs[] = {{"pod_name", shape::text},
                                      {"namespace", shape::text},
                                      {"container", shape::text_or_null},
                                      {"logs", shape::text},
                                      {"line_count", shape::number}};
constexpr result_member pod[] = {{"name", shape::text},
                                 {"namespace", shape::text},
                                 {"status", shape::text_or_null},
                                 {"node", shape::text_or_null},
                                 {"ip", shape::text_or_null},
                                 {"host_ip", shape::text_or_null},
                                 {"created_at", shape::text_or_null},
                                 {"labels", shape::map},
                                 {"annotations", shape::map},
                                 {"containers", shape::list},
                                 {"conditions", shape::list}};
constexpr result_member pod_events[] = {{"pod_name", shape::text},
                                        {"namespace", shape::text},
                                        {"event_count", shape::number},
                                        {"events", shape::list}};
constexpr result_member deployment[] = {{"name", shape::text},
                                        {"namespace", shape::text},
                                        {"replicas", shape::map},
                                        {"strategy", shape::text_or_null},
                                        {"labels", shape::map},
                                        {"selector", shape::map},
                                        {"created_at", shape::text_or_null},
                                        {"conditions", shape::list}};
constexpr result_member namespaces[] = {{"namespace_count", shape::number}, {"namespaces", shape::list}};
constexpr result_member namespace_of_list[] = {
    {"name", shape::text}, {"status", shape::text_or_null}, {"created_at", shape::text_or_null}};

struct result_table {
  std::string_view command;
  std::span<const result_member> members;
  std::string_view list;  ///< Member whose elements have members of their own; empty: none.
  std::span<const result_member> of_list;
};
constexpr result_table tables[] = {{"list_pods", pods, "pods", pod_of_list},
                                   {"get_pod_logs", pod_logs, "", {}},
                                   {"describe_pod", pod, "", {}},
                                   {"get_pod_events", pod_events, "", {}},
                                   {"describe_deployment", deployment, "", {}},
                                   {"list_namespaces", namespaces, "namespaces", namespace_of_list}};

bool fits(const nlohmann::json& value, shape form) {
  switch (form) {
    case shape::text:
      return value.is_string();
    case shape::text_or_null:
      return value.is_string() || value.is_null();
    case shape::number:
      return value.is_number();
    case shape::list:
      return value.is_array();
    case shape::map:
      return value.is_object();
    case shape::flag:
      return value.is_boolean();
  }
  return false;
}

/// What is missing or of another type; empty: nothing.
std::string misshapen(const nlohmann::json& result, std::span<const result_member> members) {
  if (!result.is_object()) return "no object";
  for (const result_member& one : members) {
    const auto found = result.find(std::string{one.name});
    if (found == result.end()) return "no " + std::string{one.name};
    if (!fits(*found, one.form)) return std::string{one.name} + ": " + found->dump().substr(0, 60);
  }
  return {};
}

std::string misshapen(const nlohmann::json& result, const result_table& table) {
  std::string wrong = misshapen(result, table.members);
  if (!wrong.empty() || table.list.empty()) return wrong;
  for (const nlohmann::json& element : result[std::string{table.list}]) {
    wrong = misshapen(element, table.of_list);
    if (!wrong.empty()) return std::string{table.list} + ": " + wrong;
  }
  return {};
}

void judge_result_shapes(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    const auto table = std::ranges::find(tables, one.name, &result_table::command);
    if (table == std::end(tables)) continue;
    for (const std::size_t index : one.responses) {
      const exchange& response = about.exchanges[index];
      const std::string& from = about.connections[response.connection].from;
      const nlohmann::json& body = about.request_body(response);
      if (from == "caller" || !body.is_object() || !body.value("ok", false)) continue;
      if (body.value("truncated", false)) continue;  // RSP-5 says what may be missing
      out.evaluated("CMD-8");
      const std::string wrong = misshapen(body.value("result", nlohmann::json{}), *table);
      if (!wrong.empty())
        out.fail("CMD-8", from, "a result of " + one.name + " with the members of its table", wrong,
                 response.sent.value_or(0));
    }
  }
}

/// OBS-5: the id that the caller is told is the one that the agent was given.
void judge_common_id(const evidence& about, findings& out) {
  for (const caller_call& call : about.calls) {
    if (call.ended == nullptr || call.ended->status != 200 || call.begun->name == "send") continue;
    if (call.ended->facts().value("narrowed", false)) continue;  // the harness left only what was asked about
    const nlohmann::json& answer = about.body_of(*call.ended);
    if (!answer.is_object() || !answer.value("ok", false)) continue;
    out.evaluated("OBS-5", 1, requirement_role::gateway);
    const bool has = answer.contains("request_id") && answer["request_id"].is_string();
    const auto found =
        has ? about.commands.find(answer["request_id"].get<std::string>()) : about.commands.end();
    const bool known = found != about.commands.end() && !found->second.sent.empty();
    if (!known)
      out.fail("OBS-5", "call " + call.begun->id, "the request id of its command in the answer",
               has ? answer["request_id"].get<std::string>() : "none", call.ended->t,
               requirement_role::gateway);
  }
}

constexpr std::string_view shape_ids[] = {"CMD-8"};
constexpr std::string_view common_ids[] = {"OBS-5"};
constexpr requirement_check result_checks_table[] = {{"result-shapes", shape_ids, judge_result_shapes},
                                                     {"common-id", common_ids, judge_common_id}};

}  // namespace

std::span<const requirement_check> result_checks() { return result_checks_table; }

}  // namespace kitfox::conformance
