#include <fmt/format.h>

#include "conformance/scenario/binding.hpp"
#include "conformance/scenario/pattern_check.hpp"

namespace kitfox::conformance {
namespace {

std::vector<int> statuses_of(const map_reader& map) {
  std::vector<int> all;
  for (const std::string& one : map.texts("status")) all.push_back(one == "closed" ? 0 : std::stoi(one));
  return all;
}

std::vector<std::pair<std::string, std::string>> fields_of(const yaml_node* node) {
  std::vector<std::pair<std::string, std::string>> fields;
  if (node == nullptr) return fields;
  for (const yaml_member& one : node->members) fields.emplace_back(one.key, one.value.text);
  return fields;
}

key_form form_of(const std::string& word) {
  constexpr key_form forms[] = {key_form::issued,      key_form::wrong_secret, key_form::unknown_id,
                                key_form::secret_hash, key_form::malformed,    key_form::previous};
  return forms[choice_of(word,
                         {"issued", "wrong_secret", "unknown_id", "secret_hash", "malformed", "previous"})];
}

send_verb::expectation bind_reply(const map_reader& map) {
  send_verb::expectation made;
  made.where = map.mark();
  made.statuses = statuses_of(map);
  made.within = map.span("within");
  made.headers = fields_of(map.find("headers"));
  if (const yaml_node* const headers = map.find("headers"); headers != nullptr)
    for (const yaml_member& one : headers->members)
      check_expression(one.value, map.path_of("headers") + "." + one.key, map.problems());
  made.json = bind_pattern(map, "json");
  return made;
}

void check_request(const map_reader& map) {
  if (map.has("raw")) {
    for (const std::string_view key :
         {"method", "path", "headers", "body", "body_size", "key_of", "credential_of"})
      if (map.has(key))
        map.fail(key, fmt::format("\"raw\" holds the whole request; \"{}\" says nothing beside it", key));
  } else if (!map.has("path")) {
    map.fail("to", "expected a \"path\", or a \"raw\" request");
  }
  if (map.has("body") && map.has("body_size"))
    map.fail("body_size", "\"body\" and \"body_size\" exclude each other");
  if (map.has("key") && !map.has("key_of")) map.fail("key", "\"key\" needs \"key_of\"");
}

}  // namespace

json_pattern bind_pattern(const map_reader& map, std::string_view key) {
  const yaml_node* const found = map.find(key);
  if (found == nullptr) return {};
  check_pattern(*found, map.path_of(key), map.problems());
  return {map.problems().mark(found->where), map.json(key)};
}

answer_expectation bind_answer(const map_reader& map) {
  answer_expectation made;
  made.where = map.mark();
  if (map.has("ok")) made.ok = map.flag("ok");
  if (map.has("truncated")) made.truncated = map.flag("truncated");
  made.error_codes = map.texts("error_code");
  made.within = map.span("within");
  if (map.has("status")) made.status = static_cast<int>(map.count32_or("status", 200));
  made.result = bind_pattern(map, "result");
  if (made.ok == true && !made.error_codes.empty()) map.fail("error_code", "a success has no error_code");
  if (!made.result.empty() && (made.ok == false || !made.error_codes.empty()))
    map.fail("result", "a failure has no result");
  return made;
}

verb bind_execute(const map_reader& map, const bind_context& context) {
  execute_verb made;
  made.as = context.names.team_at(map, "as");
  if (map.has("cluster") == map.has("cluster_id"))
    map.problems().add(map.node().where, map.path(), "expected either \"cluster\" or \"cluster_id\"");
  if (map.has("cluster")) made.clusters = context.names.clusters_at(map, "cluster");
  made.cluster_id = map.text("cluster_id");
  if (!made.cluster_id.empty() && made.as.empty())
    map.fail("cluster_id", "nobody owns it; say whose credential is used, by \"as\"");
  made.pick = map.text("pick") == "random" ? execute_verb::choice::random : execute_verb::choice::each;
  made.command = map.text("command");
  made.params = map.has("params") ? map.json("params") : "{}";
  made.timeout = map.span("timeout");
  made.wait = map.span("wait");
  made.idempotency_key = map.text("idempotency_key");
  made.times = map.count("times").value_or(1);
  made.concurrency = map.count32_or("concurrency", 1);
  made.every = map.span("every");
  if (const yaml_node* const expect = map.find("expect"); expect != nullptr) {
    made.expect = bind_answer({*expect, map.path_of("expect"), context.problems});
    if (made.timeout && made.expect->within && made.expect->ok == true &&
        *made.expect->within > *made.timeout)
      map.fail("expect", "\"within\" is unreachable: it is longer than the timeout of the command");
  }
  return made;
}

verb bind_send(const map_reader& map, const bind_context& context) {
  check_request(map);
  send_verb made;
  using target = send_verb::target;
  made.to = map.text("to") == "gateway.caller" ? target::caller_listener : target::agent_listener;
  if (map.has("key_of")) made.key_of = context.names.clusters_at(map, "key_of");
  made.key = map.has("key_of") ? form_of(map.text("key")) : key_form::none;
  made.credential_of = context.names.team_at(map, "credential_of");
  made.method = map.has("method") ? map.text("method") : "GET";
  made.path = map.text("path");
  made.headers = fields_of(map.find("headers"));
  if (const yaml_node* const body = map.find("body"); body != nullptr)
    made.body = body->type == yaml_node::kind::text ? body->text : map.json("body");
  made.raw = map.text("raw");
  if (const auto size = map.size("body_size")) made.body_bytes = static_cast<std::uint64_t>(*size);
  made.times = map.count("times").value_or(1);
  made.concurrency = map.count32_or("concurrency", 1);
  made.hold = map.span_or("hold", {});
  if (map.text("end") == "reset_before_answer") made.end = send_verb::ending::reset_before_answer;
  if (const yaml_node* const expect = map.find("expect"); expect != nullptr)
    made.expect = bind_reply({*expect, map.path_of("expect"), context.problems});
  if (made.expect && made.end == send_verb::ending::reset_before_answer)
    map.fail("expect", "a sender that resets before the answer sees none");
  return made;
}

}  // namespace kitfox::conformance
