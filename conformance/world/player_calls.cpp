// Verbs by which callers, and strangers, talk to the gateway.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/scenario/question.hpp"
#include "conformance/transcript/canary.hpp"
#include "conformance/world/names.hpp"
#include "conformance/world/player.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::conformance {

namespace http = runtime::http;

runtime::task<void> player::make_call(call what) {
  const cluster_spec* spec = what.cluster_id.empty() ? &what_.topology.clusters[what.cluster] : nullptr;
  nlohmann::json body{{"command", what.command}};
  body["cluster_id"] = spec != nullptr ? keys_.of(what.cluster).id : what.cluster_id;
  body["params"] =
      what.params.empty() ? nlohmann::json::object() : nlohmann::json::parse(what.params, nullptr, false);
  const auto in_seconds = [](runtime::duration span) { return std::chrono::duration<double>(span).count(); };
  if (what.timeout) body["timeout"] = in_seconds(*what.timeout);
  if (what.wait) body["wait_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(*what.wait).count();
  if (!what.idempotency_key.empty()) body["idempotency_key"] = what.idempotency_key;

  record begun;
  begun.kind = record_kind::call_begun;
  begun.name = what.command;
  begun.id = std::to_string(++calls_);
  begun.more = {
      {"as", what.as}, {"step", what.step}, {"timeout", what.timeout ? in_seconds(*what.timeout) : 30.0}};
  if (spec != nullptr) begun.more["cluster"] = cluster_label(what_.topology, what.cluster);
  begun.more["params"] = body["params"];
  if (what.wait) begun.more["wait"] = in_seconds(*what.wait);
  record ended;
  ended.kind = record_kind::call_ended;
  ended.name = what.command;
  ended.id = begun.id;
  world_.tape().add(std::move(begun), world_.harness().clock().now());

  auto request = caller_.make_request("POST", "/internal/execute", what.as, false, body.dump());
  const auto answer = co_await caller_.exchange(caller::listener::callers, std::move(request));
  constexpr std::size_t kept_max = 64 * 1024;
  if (answer) {
    ended.status = answer->status;
    ended.text = answer->body;
    add_canaries(answer->body, ended.canaries);  // of all of it: what is kept is less
    if (what.failing_only) {
      nlohmann::json narrowed = nlohmann::json::parse(answer->body, nullptr, false);
      keep_failing_pods(narrowed);
      ended.text = narrowed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      ended.more = {{"narrowed", true}};
    }
    if (ended.text.size() > kept_max) ended.text.resize(kept_max);
  } else {
    ended.more = {{"failure", answer.error().message()}};
  }
  world_.tape().add(std::move(ended), world_.harness().clock().now());
}

runtime::task<void> player::call_worker(std::vector<call>& queue, std::size_t& next,
                                        std::optional<runtime::duration> every) {
  const runtime::mono_time begun = world_.harness().clock().now();
  while (next < queue.size() && failure_.empty()) {
    const std::size_t number = next++;
    if (every) {
      const runtime::error_code failure =
          co_await world_.harness().clock().sleep_until(begun + *every * static_cast<std::int64_t>(number));
      if (failure) co_return;
    }
    call one = queue[number];
    co_await make_call(std::move(one));
    const auto state = co_await runtime::asio::this_coro::cancellation_state;
    if (state.cancelled() != runtime::asio::cancellation_type::none) co_return;
  }
}

player::outcome player::execute(std::size_t index, const execute_verb& what) {
  call pattern;
  pattern.step = index;
  pattern.cluster_id = what.cluster_id;
  pattern.command = what.command;
  pattern.params = what.params;
  pattern.timeout = what.timeout;
  pattern.wait = what.wait;
  pattern.idempotency_key = what.idempotency_key;
  std::vector<call> queue;
  const auto& clusters = what.clusters.clusters;
  const bool each = what.cluster_id.empty() && what.pick == execute_verb::choice::each;
  for (std::uint64_t n = 0; n < what.times; ++n) {
    const std::size_t rounds = each ? clusters.size() : 1;
    for (std::size_t i = 0; i < rounds; ++i) {
      call one = pattern;
      if (what.cluster_id.empty())
        one.cluster = each ? clusters[i] : clusters[workload_->below(clusters.size())];
      one.as = what.as.empty() ? what_.topology.clusters[one.cluster].team_path() : what.as;
      queue.push_back(std::move(one));
    }
  }
  std::size_t next = 0;
  runtime::task_group workers{world_.harness()};
  calls_of_step_[index] = &workers;
  const std::size_t count = std::min<std::size_t>(std::max<std::uint32_t>(what.concurrency, 1), queue.size());
  for (std::size_t i = 0; i < count; ++i) {
    workers.spawn(fmt::format("calls of step {}", index), call_worker(queue, next, what.every));
  }
  co_await workers.join();
  calls_of_step_.erase(index);
  step_result result;
  result.more["calls"] = queue.size();
  co_return result;
}

player::outcome player::ask(std::size_t index, const ask_verb& what) {
  step_result result;
  const auto understood = understand(what.question, what.as, what_.topology);
  if (!understood) {
    result.ok = false;
    result.harness = true;
    result.why = "the question is none that the documentation shows: " + what.question;
    co_return result;
  }
  call one;
  one.step = index;
  one.as = what.as;
  one.cluster = understood->cluster;
  one.command = understood->command;
  one.params = understood->params;
  one.failing_only = understood->failing_only;
  co_await make_call(std::move(one));
  co_return result;
}

}  // namespace kitfox::conformance
