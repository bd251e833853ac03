// A pool of kept connections in virtual time, 10 ms from its server.
#include "agent/http_pool.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "fakes/sim/simulation.hpp"
#include "runtime/errc.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::agent {
namespace {

using runtime::duration;
using runtime::task;
namespace http = runtime::http;
using namespace std::chrono_literals;

sim::simulation_options at_ten_milliseconds() {
  sim::simulation_options options;
  options.straight.latency = 10ms;
  return options;
}

/// Answers at once, "/slow" after a second, and "/never" not at all.
class counting_server final : public http::handler {
 public:
  explicit counting_server(runtime::host& on) : host_{on} {}
  task<void> run() {
    const runtime::endpoint at{"", 80};
    auto made = co_await host_.network().listen(at, nullptr);
    ++starts_;
    serving_.emplace(host_, std::move(made.value()), *this, http::server_options{});
    co_await serving_->run();
  }
  task<void> answer_exchange(http::exchange& call) override {
    connections.emplace(starts_, call.connection_id());
    ++requests;
    at_once_max = std::max(at_once_max, ++at_once_);
    const std::string target = call.incoming().target;
    if (target == "/never") {
      static_cast<void>(co_await call.client_gone());
      call.close();
    } else {
      if (target == "/slow") static_cast<void>(co_await host_.clock().sleep_for(1s));
      http::response fine;
      const runtime::error_code failed = co_await call.respond(std::move(fine));
      if (failed) call.close();
    }
    --at_once_;
  }
  void close_all() { serving_->close_all(); }

  std::set<std::pair<int, std::uint64_t>> connections;  ///< By start of the server.
  std::size_t requests = 0, at_once_max = 0;

 private:
  runtime::host& host_;
  std::optional<http::server> serving_;
  std::size_t at_once_ = 0;
  int starts_ = 0;
};

class HttpPool : public testing::Test {
 protected:
  HttpPool() { server_tasks.spawn("server", server.run()); }
  ~HttpPool() override { EXPECT_TRUE(world.shut_down().empty()); }

  struct outcome {
    bool ended = false;
    runtime::error_code error;
    duration took{};
  };
  task<void> exchange(http_pool& pool, std::string target, duration budget, duration wait, outcome& into) {
    const auto begin = client_host.clock().now();
    http::request message;
    message.target = std::move(target);
    message.headers.add("Host", "server");
    const http_pool::patience limits{budget, begin + wait};
    const auto answer = co_await pool.exchange(std::move(message), limits);
    into.error = answer ? runtime::error_code{} : answer.error();
    into.took = client_host.clock().now() - begin;
    into.ended = true;
  }
  outcome& begin(http_pool& pool, const std::string& target, duration budget = 10s, duration wait = 1min) {
    outcomes.push_back(std::make_unique<outcome>());
    client_tasks.spawn("exchange", exchange(pool, target, budget, wait, *outcomes.back()));
    return *outcomes.back();
  }
  void run_for(duration span) { ASSERT_TRUE(world.run_for(span).done()); }
  outcome& complete(http_pool& pool, const std::string& target = "/") {
    outcome& one = begin(pool, target);
    run_for(2s);
    EXPECT_TRUE(one.ended);
    return one;
  }
  http_pool& make(const http_pool_options& options) {
    const runtime::endpoint to{"server", 80};
    pools.push_back(std::make_unique<http_pool>(client_host, to, nullptr, options));
    return *pools.back();
  }
  /// As a server does that restarts while its clients keep idle connections.
  void restart_server() {
    server.close_all();
    run_for(1s);
    server_tasks.spawn("server again", server.run());
  }

  sim::simulation world{at_ten_milliseconds()};
  sim::sim_host& server_host = world.start_host("server");
  sim::sim_host& client_host = world.start_host("client");
  counting_server server{server_host};
  runtime::task_group server_tasks{server_host}, client_tasks{client_host};
  std::vector<std::unique_ptr<http_pool>> pools;
  std::vector<std::unique_ptr<outcome>> outcomes;
};

TEST_F(HttpPool, KeepsOneConnectionForOneExchangeAfterTheOther) {
  http_pool& pool = make({});
  for (int index = 0; index < 5; ++index) EXPECT_FALSE(complete(pool).error);
  EXPECT_EQ(server.connections.size(), 1u);
  EXPECT_EQ(pool.connections_idle(), 1u);
}

TEST_F(HttpPool, UsesNoMoreConnectionsThanItsLimitAndKeepsFewerIdle) {
  http_pool& pool = make({.connections_max = 3, .idle_connections_max = 2});
  for (int index = 0; index < 9; ++index) begin(pool, "/slow");
  run_for(500ms);
  EXPECT_EQ(pool.connections_in_use(), 3u);
  run_for(5s);
  for (const auto& one : outcomes) EXPECT_TRUE(one->ended && !one->error);
  EXPECT_EQ(server.at_once_max, 3u);
  EXPECT_EQ(pool.connections_in_use(), 0u);
  EXPECT_EQ(pool.connections_idle(), 2u);
}

TEST_F(HttpPool, DropsAConnectionThatWasIdleForLong) {
  http_pool& pool = make({.idle_max = 30s});
  complete(pool);
  run_for(29s - 2s);
  complete(pool);
  EXPECT_EQ(server.connections.size(), 1u);
  run_for(31s);
  complete(pool);
  EXPECT_EQ(server.connections.size(), 2u);
}

TEST_F(HttpPool, SendsAgainAtOnceWhenItsKeptConnectionHasDied) {
  http_pool& pool = make({.on_dead = dead_kept::resend});
  complete(pool);
  restart_server();
  const outcome& again = complete(pool);
  EXPECT_FALSE(again.error);
  EXPECT_LE(again.took, 60ms) << "no pause: a look at the dead one, a dial, an exchange";
  EXPECT_EQ(server.connections.size(), 2u);
}

TEST_F(HttpPool, ReportsADeadConnectionWhereItsOwnerWantsToKnow) {
  http_pool& pool = make({.on_dead = dead_kept::fail});
  complete(pool);
  restart_server();
  EXPECT_TRUE(complete(pool).error);
  EXPECT_FALSE(complete(pool).error) << "the next one dials";
}

TEST_F(HttpPool, LetsTheNextGoAheadOfOneThatGetsNoAnswer) {
  http_pool& pool = make({.slow_max = 1, .slow_after = 2s});
  const outcome& swallowed = begin(pool, "/never");
  run_for(1s);
  const outcome& next = begin(pool, "/");
  run_for(5s);
  EXPECT_TRUE(next.ended && !next.error);
  EXPECT_EQ(next.took, 1s + 40ms) << "until the first had waited for 2 s, then a dial and an exchange";
  EXPECT_FALSE(swallowed.ended);
  run_for(5s);
  EXPECT_EQ(swallowed.error, runtime::errc::timed_out);
  EXPECT_EQ(swallowed.took, 10s);
}

TEST_F(HttpPool, LetsNoMoreGoAheadThanItsLimitOfSlowOnes) {
  http_pool& pool = make({.slow_max = 2, .slow_after = 2s});
  for (int index = 0; index < 5; ++index) begin(pool, "/never", 30s);
  run_for(20s);
  EXPECT_EQ(pool.connections_in_use(), 3u);
  EXPECT_EQ(server.connections.size(), 3u);
}

TEST_F(HttpPool, WaitsForEachAnswerWhereNobodyMayGoAhead) {
  http_pool& pool = make({});
  begin(pool, "/never", 10s);
  const outcome& next = begin(pool, "/", 10s);
  run_for(9s);
  EXPECT_FALSE(next.ended);
  run_for(2s);
  EXPECT_TRUE(next.ended && !next.error);
}

TEST_F(HttpPool, GivesUpWaitingForAConnectionInTime) {
  http_pool& pool = make({});
  begin(pool, "/never", 30s);
  const outcome& next = begin(pool, "/", 30s, 5s);
  run_for(10s);
  EXPECT_EQ(next.error, runtime::errc::timed_out);
  EXPECT_EQ(next.took, 5s);
}

}  // namespace
}  // namespace kitfox::agent
