#include "fakes/kube/serve_api.hpp"

#include <gtest/gtest.h>

#include "fakes/sim/simulation.hpp"
#include "runtime/deadline.hpp"
#include "runtime/errc.hpp"
#include "runtime/http/client.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::kube {
namespace {

using namespace std::chrono_literals;
using runtime::error_code;
using runtime::task;
using runtime::http::client_connection;

struct noting_sink final : runtime::event_sink {
  std::vector<std::string> events;
  void emit(runtime::severity, std::string_view event,
            std::span<const runtime::event_field> fields) override {
    std::string line{event};
    for (const auto& field : fields) {
      if (field.name != "user" && field.name != "verb" && field.name != "status") continue;
      line += " ";
      if (const auto* text = std::get_if<std::string_view>(&field.value)) line += *text;
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) line += std::to_string(*number);
    }
    events.push_back(std::move(line));
  }
};

task<void> listen_here(runtime::host& on, std::unique_ptr<runtime::listener>& out) {
  const runtime::endpoint at{"", 6443};
  auto made = co_await on.network().listen(at, nullptr);
  EXPECT_TRUE(made.has_value());
  if (made) out = std::move(*made);
}

/// A service on one simulated host and clients on another, without delay between them.
struct service_bench {
  noting_sink sink;
  sim::simulation world{{.straight = {}}};
  sim::sim_host& home = world.start_host("kube", {&sink, {}, {}});
  sim::sim_host& client = world.start_host("client");
  api_server server;
  std::unique_ptr<api_service> service;
  runtime::task_group tasks{home};

  explicit service_bench(api_server_options options = {})
      : server{std::move(options), home.clock().wall_now()} {
    server.tokens().add_token("t", {"root", {}, {std::string{group_masters}}, {}});
    std::unique_ptr<runtime::listener> listener;
    EXPECT_TRUE(world.run(home, "listen", listen_here(home, listener)).done());
    service = std::make_unique<api_service>(home, std::move(listener), server);
    tasks.spawn("serve", service->run());
    load("{apiVersion: v1, kind: Namespace, metadata: {name: 'n'}}");
  }
  ~service_bench() { EXPECT_TRUE(world.run(home, "finish", finish()).done()); }
  task<void> finish() {
    service->stop();
    co_await tasks.join();
  }

  void load(std::string_view yaml) {
    diagnostics where;
    EXPECT_FALSE(server.load_yaml(yaml, where, home.clock().wall_now())) << where.text();
  }
  void put_map(const char* name) {
    load(std::string{"{apiVersion: v1, kind: ConfigMap, metadata: {namespace: 'n', name: "} + name + "}}");
  }
  void run(task<void> script) {
    const sim::run_outcome outcome = world.run(client, "script", std::move(script), world.now() + 1h);
    EXPECT_TRUE(outcome.done()) << sim::print_outcome(outcome);
  }
  task<client_connection> connect() {
    const runtime::endpoint to{"kube", 6443};
    auto stream = co_await client.network().dial(to, nullptr);
    EXPECT_TRUE(stream.has_value());
    co_return client_connection{std::move(*stream), {}};
  }
  [[nodiscard]] runtime::duration elapsed() const { return world.now().time_since_epoch(); }
};

runtime::http::request get(const char* target) {
  runtime::http::request request;
  request.target = target;
  request.headers.add("Host", "kube");
  request.headers.add("Authorization", "Bearer t");
  return request;
}

TEST(ServeApi, AnswersAndReportsRequests) {
  service_bench with;
  const auto script = [](service_bench& in) -> task<void> {
    client_connection connection = co_await in.connect();
    const auto answer = co_await connection.roundtrip(get("/api/v1/namespaces/n/pods"));
    EXPECT_TRUE(answer.has_value());
    if (!answer) co_return;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->headers.get("content-type"), "application/json");
    const auto again = co_await connection.roundtrip(get("/api/v1/nodes/none"));
    EXPECT_EQ(again->status, 404);
    EXPECT_TRUE(connection.reusable());
  };
  with.run(script(with));
  EXPECT_EQ(with.sink.events, (std::vector<std::string>{"kubernetes_request root list 200",
                                                        "kubernetes_request root get 404"}));
}

task<void> put_after(service_bench& in, runtime::duration span, const char* name) {
  EXPECT_FALSE(co_await in.home.clock().sleep_for(span));
  in.put_map(name);
}

TEST(ServeApi, SendsWatchEventsTheMomentTheyHappen) {
  service_bench with;
  const auto script = [](service_bench& in) -> task<void> {
    client_connection connection = co_await in.connect();
    const auto head = co_await connection.start(get("/api/v1/configmaps?watch=1&timeoutSeconds=60"));
    EXPECT_TRUE(head.has_value());
    EXPECT_EQ(in.elapsed(), 0s) << "the head does not wait for the first event";
    for (const auto span : {5s, 12s}) {
      const auto line = co_await connection.read_body();
      EXPECT_TRUE(line.has_value());
      EXPECT_NE(line->find("\"ADDED\""), std::string::npos);
      EXPECT_EQ(in.elapsed(), span);
    }
    EXPECT_EQ((co_await connection.read_body()).value(), "");
    EXPECT_EQ(in.elapsed(), 60s) << "ends in order at its timeout";
    EXPECT_TRUE(connection.reusable());
  };
  with.tasks.spawn("writer", put_after(with, 5s, "a"));
  with.tasks.spawn("writer", put_after(with, 12s, "b"));
  with.run(script(with));
  EXPECT_EQ(with.server.streams(), 0U);
}

TEST(ServeApi, EndsAStreamWhoseClientIsGone) {
  service_bench with;
  const auto script = [](service_bench& in) -> task<void> {
    client_connection connection = co_await in.connect();
    const auto head = co_await connection.start(get("/api/v1/configmaps?watch=1"));
    EXPECT_TRUE(head.has_value());
    EXPECT_EQ(in.server.streams(), 1U);
    connection.close();
    EXPECT_FALSE(co_await in.client.clock().sleep_for(1s));
    EXPECT_EQ(in.server.streams(), 0U);
    EXPECT_EQ(in.service->connections(), 0U);
  };
  with.run(script(with));
}

TEST(ServeApi, FollowsLogs) {
  service_bench with;
  with.load(
      "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: 'n'}, spec: {nodeName: x, containers: "
      "[{name: c}]}}");
  const log_name name{"n", "p", "c", log_instance::current};
  with.server.logs().append(name, {{}, "first"});
  const auto write = [](service_bench& in, log_name to) -> task<void> {
    EXPECT_FALSE(co_await in.home.clock().sleep_for(3s));
    in.server.logs().append(to, {{}, "second"});
    EXPECT_FALSE(co_await in.home.clock().sleep_for(3s));
    in.server.logs().close(to);
  };
  const auto script = [](service_bench& in) -> task<void> {
    client_connection connection = co_await in.connect();
    const auto head = co_await connection.start(get("/api/v1/namespaces/n/pods/p/log?follow=true"));
    EXPECT_EQ(head->headers.get("content-type"), "text/plain");
    EXPECT_EQ((co_await connection.read_body()).value(), "first\n");
    EXPECT_EQ((co_await connection.read_body()).value(), "second\n");
    EXPECT_EQ(in.elapsed(), 3s);
    EXPECT_EQ((co_await connection.read_body()).value(), "");
    EXPECT_EQ(in.elapsed(), 6s);
  };
  with.tasks.spawn("writer", write(with, name));
  with.run(script(with));
}

TEST(ServeApi, BreaksEverythingOffWhenItRestartsAndGoesOn) {
  service_bench with;
  const auto restart = [](service_bench& in) -> task<void> {
    EXPECT_FALSE(co_await in.home.clock().sleep_for(2s));
    in.service->restart();
  };
  const auto script = [](service_bench& in) -> task<void> {
    client_connection connection = co_await in.connect();
    client_connection idle = co_await in.connect();
    EXPECT_EQ((co_await idle.roundtrip(get("/api/v1/namespaces/n"))).value().status, 200);
    const auto head = co_await connection.start(get("/api/v1/configmaps?watch=1"));
    EXPECT_TRUE(head.has_value());
    const auto cut = co_await connection.read_body();
    EXPECT_FALSE(cut.has_value());
    EXPECT_EQ(in.elapsed(), 2s);
    EXPECT_FALSE((co_await idle.roundtrip(get("/api/v1/namespaces/n"))).has_value());
    client_connection next = co_await in.connect();
    const auto answer = co_await next.roundtrip(get("/api/v1/namespaces/n"));
    EXPECT_EQ(answer->status, 200);
  };
  with.tasks.spawn("restart", restart(with));
  with.run(script(with));
}

/// What a client saw of a faulty answer.
struct broken {
  error_code failure;
  std::string body;
  runtime::duration after{};
};

task<void> meet_fault(service_bench& in, const char* target, broken& out) {
  client_connection connection = co_await in.connect();
  const runtime::mono_time limit = in.client.clock().now() + 30s;
  auto starting = connection.start(get(target));
  const auto head = co_await runtime::with_deadline(in.client.clock(), limit, std::move(starting));
  if (!head) out.failure = head.error();
  while (!out.failure) {
    auto reading = connection.read_body();
    const auto piece = co_await runtime::with_deadline(in.client.clock(), limit, std::move(reading));
    if (!piece) out.failure = piece.error();
    if (!piece || piece->empty()) break;
    out.body += *piece;
  }
  out.after = in.elapsed();
}

broken meet(fault_action action, const char* target = "/api/v1/namespaces/n/configmaps") {
  service_bench with;
  with.put_map("a");
  EXPECT_TRUE(with.server.faults().add({"f", {}, 0, 0, std::move(action)}));
  broken out;
  with.run(meet_fault(with, target, out));
  return out;
}

TEST(ServeApi, PerformsScriptedFaults) {
  const broken late = meet(fault_delay{7s});
  EXPECT_FALSE(late.failure);
  EXPECT_EQ(late.after, 7s);
  EXPECT_EQ(meet(fault_break{transfer_plan::endings::reset, {}}).failure, runtime::errc::connection_reset);
  const broken closed = meet(fault_break{transfer_plan::endings::cut, {}});
  EXPECT_TRUE(closed.failure);
  EXPECT_EQ(closed.body, "");
  EXPECT_EQ(meet(fault_break{transfer_plan::endings::stall, {}}).failure, runtime::errc::timed_out);
  const broken half = meet(fault_break{transfer_plan::endings::cut, 12});
  EXPECT_TRUE(half.failure);
  EXPECT_EQ(half.body.size(), 12U);
  const broken stuck = meet(fault_break{transfer_plan::endings::stall, 12});
  EXPECT_EQ(stuck.failure, runtime::errc::timed_out);
  EXPECT_EQ(stuck.body.size(), 12U);
  const broken none = meet(fault_break{transfer_plan::endings::reset, 0});
  EXPECT_EQ(none.failure, runtime::errc::connection_reset);
  const broken huge = meet(fault_huge{300'000});
  EXPECT_FALSE(huge.failure);
  EXPECT_GE(huge.body.size(), 300'000U);
}

TEST(ServeApi, PerformsScriptedFaultsOnStreams) {
  const char* watch = "/api/v1/configmaps?watch=1&timeoutSeconds=20";
  const broken half = meet(fault_break{transfer_plan::endings::cut, 10}, watch);
  EXPECT_TRUE(half.failure);
  EXPECT_EQ(half.body.size(), 10U) << "half a line";
  const broken gone = meet(fault_gone{}, watch);
  EXPECT_FALSE(gone.failure);
  EXPECT_NE(gone.body.find("\"ERROR\""), std::string::npos);
  EXPECT_EQ(gone.after, 0s);
  EXPECT_EQ(meet(fault_break{transfer_plan::endings::stall, 0}, watch).failure, runtime::errc::timed_out);
}

TEST(ServeApi, RefusesLargeBodiesInKubernetesWords) {
  api_server_options options;
  options.limits.body_bytes_max = 1000;
  service_bench with{std::move(options)};
  const auto script = [](service_bench& in) -> task<void> {
    client_connection connection = co_await in.connect();
    runtime::http::request request = get("/api/v1/namespaces");
    request.method = "POST";
    request.body.assign(2000, ' ');
    const auto answer = co_await connection.roundtrip(std::move(request));
    EXPECT_TRUE(answer.has_value());
    if (!answer) co_return;
    EXPECT_EQ(answer->status, 413);
    EXPECT_NE(answer->body.find("RequestEntityTooLarge"), std::string::npos);
  };
  with.run(script(with));
}

TEST(ServeApi, StopsInOrderWithStreamsOpen) {
  service_bench with;
  const auto script = [](service_bench& in) -> task<void> {
    client_connection connection = co_await in.connect();
    const auto head = co_await connection.start(get("/api/v1/configmaps?watch=1"));
    EXPECT_TRUE(head.has_value());
    in.service->stop();
    const auto cut = co_await connection.read_body();
    EXPECT_FALSE(cut.has_value());
  };
  with.run(script(with));
}

}  // namespace
}  // namespace kitfox::kube
