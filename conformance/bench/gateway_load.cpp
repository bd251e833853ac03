#include "conformance/bench/gateway_load.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/deadline.hpp"

namespace kitfox::conformance {
namespace {

using runtime::error_code;
using runtime::task;

bool says_ok(std::string_view body) noexcept {
  const std::size_t at = body.find("\"ok\"");
  const std::size_t value = at == std::string_view::npos ? at : body.find_first_not_of(": ", at + 4);
  return value != std::string_view::npos && body.substr(value).starts_with("true");
}

}  // namespace

runtime::result<std::shared_ptr<runtime::tls_client>> gateway_load::make_trust() const {
  return host_.network().make_tls_client({gateway_.authority().certificate_pem(), {}, {}});
}

task<error_code> gateway_load::prepare(std::size_t clusters, std::string& why) {
  why = "the gateway's certificate";
  auto trust = make_trust();
  if (!trust) co_return trust.error();
  trust_ = std::move(*trust);
  why = "the callers' listener";
  auto stream = co_await host_.network().dial(gateway_.callers(), trust_);
  if (!stream) co_return stream.error();
  bare_connection administrator{std::move(*stream)};
  for (std::size_t i = 0; i < clusters; ++i) {
    auto made = co_await register_cluster(administrator, i, why);
    if (!made) co_return made.error();
    clusters_.push_back(std::move(*made));
  }
  why.clear();
  co_return error_code{};
}

error_code gateway_load::make_agents(std::size_t count, std::size_t per_cluster) {
  for (std::size_t i = 0; i < count; ++i) {
    // Settings of its own for each, as agents are programs of their own: nobody resumes another's session.
    auto trust = make_trust();
    if (!trust) return trust.error();
    load_agent::address to{gateway_.agents(), std::move(*trust)};
    agents_.push_back(std::make_unique<load_agent>(host_, std::move(to), clusters_.at(i / per_cluster).key,
                                                   fmt::format("bench-{}", i)));
  }
  return {};
}

task<error_code> gateway_load::pause(runtime::duration span) {
  if (cancelled_) co_return runtime::errc::cancelled;
  auto cancel = cancelled_now_.wait();
  const error_code end = co_await runtime::with_timeout(host_.clock(), span, std::move(cancel));
  if (end == runtime::errc::timed_out) co_return error_code{};
  co_return runtime::errc::cancelled;
}

task<void> gateway_load::serve(load_agent& one, std::size_t& ended) {
  const error_code end = co_await one.serve();
  if (end && !closing_) ++ended;
}

task<void> gateway_load::dial_some(dialling& all) {
  while (all.next < agents_.size() && !cancelled_) {
    load_agent& one = *agents_[all.next++];
    const error_code failure = co_await one.connect();
    if (failure) {
      ++all.out.failed;
      all.why = "an agent's connect: " + failure.message();
      one.close();
      continue;
    }
    ++all.out.connected;
    tasks_.spawn("idle agent", serve(one, all.out.ended_early));
  }
}

task<error_code> gateway_load::run(const idle_load& what, idle_numbers& out, std::string& why) {
  if (const error_code failure = make_agents(what.agents, agents_per_cluster)) co_return failure;
  const auto before = gateway_.usage();
  if (!before) co_return before.error();
  const runtime::mono_time begun = host_.clock().now();
  const runtime::duration own_before = own_cpu();
  dialling all{0, out, why};
  runtime::task_group dials{host_};
  for (std::size_t i = 0; i < std::min(what.dials_at_once, what.agents); ++i)
    dials.spawn("dial", dial_some(all));
  co_await dials.join();
  const auto connected = gateway_.usage();
  const runtime::mono_time connected_at = host_.clock().now();
  out.own_connect_cpu = own_cpu() - own_before;
  error_code failure = co_await pause(what.settle);
  const auto settled = gateway_.usage();
  out.idle_wall = host_.clock().now() - connected_at;
  for (const auto& one : agents_) out.heartbeats += one->heartbeats();
  co_await close_agents();
  if (failure) co_return failure;
  if (!connected) co_return connected.error();
  if (!settled) co_return settled.error();
  out.connect_wall = connected_at - begun;
  out.connect_cpu = connected->cpu - before->cpu;
  out.resident_before = before->resident_bytes;
  out.resident_after = settled->resident_bytes;
  out.idle_cpu = settled->cpu - connected->cpu;
  co_return error_code{};
}

task<void> gateway_load::call_until_stopped(std::unique_ptr<bare_connection> by, std::string request,
                                            calling& all) {
  while (!all.stop && !cancelled_) {
    const runtime::mono_time begun = host_.clock().now();
    const auto status = co_await by->exchange(request);
    if (!all.counts && status) continue;
    if (!status || *status != 200 || !says_ok(by->body())) {
      ++all.out.failed;
      if (!status) break;
      continue;
    }
    ++all.out.done;
    all.out.latency.add(host_.clock().now() - begun);
  }
  by->close();
}

task<error_code> gateway_load::open_callers(std::size_t count, calling& all, runtime::task_group& callers) {
  for (std::size_t i = 0; i < count; ++i) {
    load_agent& agent = *agents_[i];
    error_code failure = co_await agent.connect();
    if (!failure) failure = co_await agent.prepare_answers();
    if (failure) co_return failure;
    tasks_.spawn("echo agent", serve(agent, all.out.failed));
    auto stream = co_await host_.network().dial(gateway_.callers(), trust_);
    if (!stream) co_return stream.error();
    const registered_cluster& of = clusters_[i];
    std::string request = print_post(
        "/internal/execute",
        fmt::format(
            R"({{"cluster_id":"{}","org_id":"bench","team_node_id":"{}","command":"list_namespaces","params":{{}},"timeout":30.0}})",
            of.id, of.team));
    callers.spawn("caller", call_until_stopped(std::make_unique<bare_connection>(std::move(*stream)),
                                               std::move(request), all));
  }
  co_return error_code{};
}

task<error_code> gateway_load::run(const execute_load& what, execute_numbers& out, std::string& why) {
  if (const error_code failure = make_agents(what.callers, 1)) co_return failure;
  calling all{out};
  runtime::task_group callers{host_};
  callers_ = &callers;
  why = "connecting agents and callers";
  error_code failure = co_await open_callers(what.callers, all, callers);
  if (!failure) failure = co_await pause(what.warm_up);
  const auto before = gateway_.usage();
  const runtime::mono_time begun = host_.clock().now();
  const runtime::duration own_before = own_cpu();
  all.counts = true;
  if (!failure) failure = co_await pause(what.span);
  all.counts = false;
  out.wall = host_.clock().now() - begun;
  out.own_cpu = own_cpu() - own_before;
  const auto after = gateway_.usage();
  all.stop = true;
  if (failure) callers.cancel();
  co_await callers.join();
  callers_ = nullptr;
  co_await close_agents();
  if (failure) co_return failure;
  if (!before) co_return before.error();
  if (!after) co_return after.error();
  out.cpu = after->cpu - before->cpu;
  why.clear();
  co_return error_code{};
}

task<void> gateway_load::close_agents() {
  closing_ = true;
  for (const auto& one : agents_) one->close();
  co_await tasks_.join();
  agents_.clear();
  closing_ = false;
}

void gateway_load::cancel() {
  cancelled_ = true;
  cancelled_now_.notify_all();
  for (const auto& one : agents_) one->close();
  if (callers_ != nullptr) callers_->cancel();
}

}  // namespace kitfox::conformance
