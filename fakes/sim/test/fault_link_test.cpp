// Simulated connections through real links: what a fault does is what the socket API shows.
#include <nlohmann/json.hpp>

#include "fakes/fault/link.hpp"
#include "fakes/sim/test/two_hosts.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::errc;
using runtime::error_code;
using runtime::mono_time;
using runtime::task;

/// One link for every connection.
class one_link final : public path_source {
 public:
  explicit one_link(simulation& in)
      : random_{in.random("links")},
        link{
            {"agent->gateway", {20ms, {}, 0, 64 * 1024}}, *random_, nullptr, [&in](std::uint64_t connection) {
              in.on_link_changed(connection);
            }} {}
  opened_path open(const path_request& request) override {
    return {link.open(request.connection), link.name()};
  }

 private:
  std::unique_ptr<runtime::entropy> random_;

 public:
  fault::link link;
};

task<void> read_end(sim_host& on, runtime::byte_stream& from, std::string& bytes, error_code& outcome,
                    mono_time& at) {
  std::string buffer(1000, '\0');
  for (;;) {
    const auto count = co_await from.read_some(buffer);
    at = on.clock().now();
    if (!count) {
      outcome = count.error();
      co_return;
    }
    bytes.append(buffer, 0, *count);
  }
}

task<void> say(runtime::byte_stream& to, std::string bytes) { EXPECT_FALSE(co_await to.write(bytes)); }

class FaultLink : public test::two_hosts {
 protected:
  FaultLink() {
    sim.use_paths(real);
    connect();
    EXPECT_EQ(dialled_at, mono_time{40ms});
  }
  ~FaultLink() override {
    // The simulation, in the base class, outlives the link.
    EXPECT_TRUE(sim.shut_down().empty());
  }
  fault::fault_id add(std::string_view kind, std::string_view json = "{}") {
    fault::plan_diagnostics why;
    auto plan = fault::registry::standard().plan("it", kind, nlohmann::json::parse(json), why);
    EXPECT_TRUE(plan.has_value()) << why.message;
    return real.link.add(std::move(plan.value()), sim.now()).value();
  }
  void read_at_both() {
    tasks_of_agent.spawn("read", read_end(agent, *client, at_client, client_end, client_at));
    tasks_of_gateway.spawn("read", read_end(gateway, *server, at_server, server_end, server_at));
  }
  one_link real{sim};
  std::string at_client, at_server;
  error_code client_end, server_end;
  mono_time client_at{}, server_at{};
};

TEST_F(FaultLink, BytesTakeTheLatencyOfTheLink) {
  read_at_both();
  tasks_of_agent.spawn("say", say(*client, "hello"));
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(at_server, "hello");
  EXPECT_EQ(server_at, mono_time{60ms});
}

TEST_F(FaultLink, AResetOfAnIdleConnectionIsSeenAtThatInstantByBothEnds) {
  read_at_both();
  ASSERT_TRUE(sim.run_until(mono_time{1h}).done());
  add("rst");
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(client_end, errc::connection_reset);
  EXPECT_EQ(server_end, errc::connection_reset);
  EXPECT_EQ(client_at, mono_time{1h});
  EXPECT_EQ(server_at, mono_time{1h});
}

TEST_F(FaultLink, ABlackHoleSurvivesItsHealing) {
  read_at_both();
  const fault::fault_id hole = add("blackhole");
  tasks_of_agent.spawn("say", say(*client, "lost"));
  ASSERT_TRUE(sim.run_for(1min).done());
  EXPECT_FALSE(real.link.remove(hole, sim.now()));
  tasks_of_agent.spawn("say", say(*client, "lost too"));
  tasks_of_gateway.spawn("say", say(*server, "and back"));
  ASSERT_TRUE(sim.run_for(24h).done());
  EXPECT_EQ(at_server, "");
  EXPECT_EQ(at_client, "");
  EXPECT_EQ(tasks_of_agent.size(), 1U) << "the reader knows nothing";
}

TEST_F(FaultLink, WhatIsHeldIsReleasedInOrderWhenTheFaultIsHealed) {
  read_at_both();
  const fault::fault_id hold = add("hold");
  tasks_of_agent.spawn("say", say(*client, "one "));
  ASSERT_TRUE(sim.run_for(1min).done());
  tasks_of_agent.spawn("say", say(*client, "two"));
  ASSERT_TRUE(sim.run_for(1min).done());
  EXPECT_EQ(at_server, "");
  EXPECT_FALSE(real.link.remove(hold, sim.now()));
  ASSERT_TRUE(sim.run_for(1min).done());
  EXPECT_EQ(at_server, "one two");
}

TEST_F(FaultLink, ARefusedDialIsRefused) {
  add("refuse");
  dial_failure = {};
  tasks_of_agent.spawn("dial", dial_one());
  ASSERT_TRUE(sim.run_for(1min).done());
  EXPECT_EQ(dial_failure, errc::connection_refused);
}

}  // namespace
}  // namespace kitfox::sim
