// Any bytes as an answer of the API server: every result is printable JSON within its limit.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "agent/command_results.hpp"
#include "agent/kube_client.hpp"
#include "agent/kube_fields.hpp"
#include "agent/truncation.hpp"

namespace {

using namespace kitfox;
using nlohmann::json;

void check(json result) {
  constexpr std::size_t limit_bytes = 2'000;
  agent::command_outcome outcome;
  outcome.result = protocol::json_value{std::move(result)};
  const std::string body = agent::print_answer("r1", std::move(outcome), limit_bytes);
  if (body.size() > limit_bytes || !json::accept(body)) std::abort();
}

void check_all(const json& object) {
  for (const auto shape :
       {agent::pod_row, agent::deployment_row, agent::replicaset_row, agent::service_row,
        agent::namespace_row, agent::node_row, agent::configmap_row, agent::event_row, agent::describe_pod,
        agent::describe_deployment, agent::describe_node, agent::describe_configmap})
    check(shape(object));
  json rows = json::array();
  for (const json& item : agent::array_at(object, {"items"})) rows.push_back(agent::pod_event_row(item));
  agent::sort_newest_first(rows);
  json list{{"event_count", rows.size()}, {"continue", agent::text_at(object, {"metadata", "continue"})}};
  list["events"] = std::move(rows);
  check(std::move(list));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(bytes), size};
  const agent::kube_subject subject{"get", "pods", "default"};
  const auto failure = agent::outcome_of(agent::refusal_of(403, body, subject, std::nullopt));
  if (failure.error.size() > agent::message_bytes_max || failure.error.empty()) std::abort();
  const auto answer = agent::parse_answer(body, subject);
  if (answer) check_all(*answer);
  json logs = json::object();
  agent::add_logs(logs, body);
  check(std::move(logs));
  return 0;
}
