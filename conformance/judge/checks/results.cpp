// CMD-8: what callers find in results. OBS-5: and by which id they find them again.
#include <algorithm>

#include "conformance/judge/checks/areas.hpp"
#include "conformance/judge/result_tables.hpp"

namespace kitfox::conformance {
namespace {

bool fits(const nlohmann::json& value, member_form form) {
  switch (form) {
    case member_form::text:
      return value.is_string();
    case member_form::text_or_null:
      return value.is_string() || value.is_null();
    case member_form::number:
      return value.is_number();
    case member_form::flag:
      return value.is_boolean();
    case member_form::list:
      return value.is_array();
    case member_form::map:
      return value.is_object();
    case member_form::anything:
      return true;
  }
  return false;
}

/// What is missing or of another type; empty: nothing.
std::string misshapen(const nlohmann::json& result, std::span<const result_member> members) {
  if (!result.is_object()) return "no object";
  for (const result_member& one : members) {
    const std::string name{one.name};
    const auto found = result.find(name);
    if (found == result.end()) return "no " + name;
    if (!fits(*found, one.form)) return name + ": " + found->dump().substr(0, 60);
    if (one.of.empty()) continue;
    const auto wrong_in = [&](const nlohmann::json& inner) {
      const std::string wrong = misshapen(inner, one.of);
      return wrong.empty() ? wrong : name + ": " + wrong;
    };
    if (one.form == member_form::map)
      if (std::string wrong = wrong_in(*found); !wrong.empty()) return wrong;
    if (one.form == member_form::list)
      for (const nlohmann::json& element : *found)
        if (std::string wrong = wrong_in(element); !wrong.empty()) return wrong;
  }
  return {};
}

void judge_result_shapes(const evidence& about, findings& out) {
  for (const auto& [id, one] : about.commands) {
    const auto table = std::ranges::find(result_tables(), one.name, &result_table::command);
    if (table == result_tables().end()) continue;
    for (const std::size_t index : one.responses) {
      const exchange& response = about.exchanges[index];
      const std::string& from = about.connections[response.connection].from;
      const nlohmann::json& body = about.request_body(response);
      if (from == "caller" || !body.is_object() || !body.value("ok", false)) continue;
      if (body.value("truncated", false)) continue;  // RSP-5 says what may be missing
      out.evaluated("CMD-8");
      const std::string wrong = misshapen(body.value("result", nlohmann::json{}), table->members);
      if (!wrong.empty())
        out.fail("CMD-8", from, "a result of " + one.name + " with the members of its table", wrong,
                 {response.sent.value_or(0), response.request});
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
               has ? answer["request_id"].get<std::string>() : "none", *call.ended,
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
