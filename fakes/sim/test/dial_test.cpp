#include "fakes/sim/test/two_hosts.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using fault::dial_answer;
using runtime::errc;
using runtime::error_code;
using runtime::mono_time;
using runtime::task;

using stream_pointer = std::unique_ptr<runtime::byte_stream>;
using listener_pointer = std::unique_ptr<runtime::listener>;

struct dial_outcome {
  stream_pointer stream;
  error_code failure;
  mono_time at{};
};

task<void> dial_to(sim_host& on, runtime::endpoint to, dial_outcome& out) {
  auto made = co_await on.network().dial(to, nullptr);
  out.at = on.clock().now();
  if (made)
    out.stream = std::move(made.value());
  else
    out.failure = made.error();
}

task<void> dial_for(sim_host& on, runtime::endpoint to, runtime::duration span, dial_outcome& out) {
  auto dialling = on.network().dial(to, nullptr);
  auto made = co_await runtime::with_timeout(on.clock(), span, std::move(dialling));
  out.at = on.clock().now();
  if (made)
    out.stream = std::move(made.value());
  else
    out.failure = made.error();
}

struct listen_outcome {
  listener_pointer listener;
  error_code failure;
};

task<void> listen_at(sim_host& on, runtime::endpoint at, listen_outcome& out,
                     runtime::listen_options how = {}) {
  auto made = co_await on.network().listen(at, nullptr, how);
  if (made)
    out.listener = std::move(made.value());
  else
    out.failure = made.error();
}

task<void> accept_from(runtime::listener& from, dial_outcome& out) {
  auto made = co_await from.accept();
  if (made)
    out.stream = std::move(made.value());
  else
    out.failure = made.error();
}

task<void> write_to(runtime::byte_stream& to, std::string bytes, error_code& failure) {
  failure = co_await to.write(bytes);
}

task<void> resolve_name(sim_host& on, std::string name, std::vector<std::string>& addresses,
                        error_code& failure) {
  auto found = co_await on.network().resolve(name);
  if (found)
    addresses = std::move(found.value());
  else
    failure = found.error();
}

simulation_options tight() {
  simulation_options options;
  options.limits.backlog_max = 2;
  options.limits.streams_per_host_max = 5;
  return options;
}

class Dial : public test::two_hosts {
 protected:
  Dial() : two_hosts(tight()) {
    run_one(tasks_of_gateway, listen_at(gateway, {"", 8443}, listening));
    EXPECT_TRUE(listening.listener != nullptr);
  }
  void run_one(runtime::task_group& tasks, task<void> one) {
    tasks.spawn("one", std::move(one));
    EXPECT_TRUE(sim.run_until([&tasks] { return tasks.size() == 0; }, sim.now() + 1h).done());
  }
  void dial(runtime::endpoint to = {"gateway", 8443}) {
    run_one(tasks_of_agent, dial_to(agent, std::move(to), out));
  }
  listen_outcome listening;
  dial_outcome out;
};

TEST_F(Dial, TakesOneRoundTripAndIsAcceptedInOrder) {
  dial();
  EXPECT_EQ(out.at, mono_time{20ms});
  ASSERT_TRUE(out.stream != nullptr);
  EXPECT_EQ(out.stream->peer(), (runtime::endpoint{gateway.address(), 8443}));
  dial_outcome accepted;
  run_one(tasks_of_gateway, accept_from(*listening.listener, accepted));
  ASSERT_TRUE(accepted.stream != nullptr);
  EXPECT_EQ(accepted.stream->peer(), (runtime::endpoint{agent.address(), 32768}));
}

TEST_F(Dial, WhereNobodyListensIsRefused) {
  dial({"gateway", 8444});
  EXPECT_EQ(out.failure, errc::connection_refused);
  EXPECT_EQ(out.at, mono_time{20ms});
  EXPECT_EQ(notes.lines.back(), "20ms dialled 1 1");
}

TEST_F(Dial, WhereNoMachineIsIsUnreachable) {
  dial({"10.200.0.1", 8443});
  EXPECT_EQ(out.failure, errc::unreachable);
}

TEST_F(Dial, AnUnknownNameIsNotFound) {
  dial({"gatewai", 8443});
  EXPECT_EQ(out.failure, errc::name_not_found);
}

TEST_F(Dial, ThePathMayRefuseOrBeUnreachable) {
  wire.switches.dial = dial_answer::refuse;
  dial();
  EXPECT_EQ(out.failure, errc::connection_refused);
  wire.switches.dial = dial_answer::unreachable;
  dial();
  EXPECT_EQ(out.failure, errc::unreachable);
}

TEST_F(Dial, AHangingDialEndsByItsOwnLimit) {
  wire.switches.dial = dial_answer::hang;
  run_one(tasks_of_agent, dial_for(agent, {"gateway", 8443}, 10s, out));
  EXPECT_EQ(out.failure, errc::timed_out);
  EXPECT_EQ(out.at, mono_time{10s});
  EXPECT_EQ(notes.lines.back(), "10000ms dialled 1 given up");
  EXPECT_EQ(sim.connections(), 0U);
}

TEST_F(Dial, AConnectionResetAfterAcceptIsBoth) {
  wire.switches.dial = dial_answer::reset_after_accept;
  dial();
  ASSERT_TRUE(out.stream != nullptr);
  dial_outcome accepted;
  run_one(tasks_of_gateway, accept_from(*listening.listener, accepted));
  EXPECT_TRUE(accepted.stream != nullptr);
  EXPECT_EQ(notes.lines.back(), "20ms end_delivered 1 server rst");
}

TEST_F(Dial, GivingUpIsSeenAndLeavesNothingToAccept) {
  tasks_of_agent.spawn("dial", dial_to(agent, {"gateway", 8443}, out));
  ASSERT_TRUE(sim.run_for(5ms).done());
  tasks_of_agent.cancel();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(out.failure, errc::cancelled);
  EXPECT_EQ(notes.lines.back(), "5ms dialled 1 given up");
  dial_outcome accepted;
  tasks_of_gateway.spawn("accept", accept_from(*listening.listener, accepted));
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(tasks_of_gateway.size(), 1U);
  tasks_of_gateway.cancel();  // it refers to `accepted`, so it ends here
  ASSERT_TRUE(sim.run_for(1ms).done());
}

TEST_F(Dial, AFullBacklogDropsTheSynUntilThereIsRoom) {
  dial_outcome first, second, third;
  tasks_of_agent.spawn("first", dial_to(agent, {"gateway", 8443}, first));
  tasks_of_agent.spawn("second", dial_to(agent, {"gateway", 8443}, second));
  tasks_of_agent.spawn("third", dial_to(agent, {"gateway", 8443}, third));
  ASSERT_TRUE(sim.run_for(2s).done());
  EXPECT_EQ(tasks_of_agent.size(), 1U) << "two wait in the backlog, the third has no answer";
  dial_outcome accepted;
  run_one(tasks_of_gateway, accept_from(*listening.listener, accepted));
  ASSERT_TRUE(sim.run_for(2s).done());
  EXPECT_TRUE(third.stream != nullptr);
  EXPECT_EQ(third.at, mono_time{20ms + 1s + 2s}) << "the second retransmission of the SYN";
}

TEST_F(Dial, TheNumberOfStreamsOfAHostIsBounded) {
  std::vector<dial_outcome> dials(6), accepted(6);
  for (std::size_t i = 0; i < 6; ++i) {
    run_one(tasks_of_agent, dial_to(agent, {"gateway", 8443}, dials[i]));
    if (i < 5) run_one(tasks_of_gateway, accept_from(*listening.listener, accepted[i]));
  }
  EXPECT_TRUE(dials[4].stream != nullptr);
  EXPECT_EQ(dials[5].failure, errc::out_of_resources);
  dials[0].stream.reset();
  run_one(tasks_of_agent, dial_to(agent, {"gateway", 8443}, dials[5]));
  EXPECT_TRUE(dials[5].stream != nullptr);
  // The gateway is full; the connection stays in the backlog until a stream is closed.
  run_one(tasks_of_gateway, accept_from(*listening.listener, accepted[5]));
  EXPECT_EQ(accepted[5].failure, errc::out_of_resources);
  accepted[0].stream.reset();
  run_one(tasks_of_gateway, accept_from(*listening.listener, accepted[5]));
  EXPECT_TRUE(accepted[5].stream != nullptr);
}

TEST_F(Dial, ClosingAListenerEndsAcceptAndResetsWhatWaited) {
  dial();
  dial_outcome never;
  listening.listener->close();
  listening.listener->close();
  run_one(tasks_of_gateway, accept_from(*listening.listener, never));
  EXPECT_EQ(never.failure, errc::cancelled);
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(notes.lines.back(), "30ms end_delivered 1 client rst");
  dial_outcome refused;
  run_one(tasks_of_agent, dial_to(agent, {"gateway", 8443}, refused));
  EXPECT_EQ(refused.failure, errc::connection_refused);
}

TEST_F(Dial, ClosingAListenerWakesItsAcceptor) {
  dial_outcome accepted;
  tasks_of_gateway.spawn("accept", accept_from(*listening.listener, accepted));
  ASSERT_TRUE(sim.run_for(1s).done());
  listening.listener.reset();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(accepted.failure, errc::cancelled);
}

TEST_F(Dial, APortIsTakenOnceAndZeroChoosesAFreeOne) {
  listen_outcome again, any, other, foreign;
  run_one(tasks_of_gateway, listen_at(gateway, {"", 8443}, again));
  EXPECT_EQ(again.failure, errc::address_unavailable);
  run_one(tasks_of_gateway, listen_at(gateway, {"gateway", 0}, any));
  run_one(tasks_of_gateway, listen_at(gateway, {"0.0.0.0", 0}, other));
  ASSERT_TRUE(any.listener != nullptr && other.listener != nullptr);
  EXPECT_NE(any.listener->local().port, 0);
  EXPECT_NE(any.listener->local().port, other.listener->local().port);
  run_one(tasks_of_gateway, listen_at(gateway, {"10.99.0.1", 0}, foreign));
  EXPECT_EQ(foreign.failure, errc::address_unavailable);
  listening.listener.reset();
  run_one(tasks_of_gateway, listen_at(gateway, {"", 8443}, again));
  EXPECT_TRUE(again.listener != nullptr);
}

TEST_F(Dial, NoPortIsSharedInASimulation) {
  runtime::listen_options sharing;
  sharing.sharing = runtime::port_sharing::first;
  listen_outcome first, second;
  run_one(tasks_of_gateway, listen_at(gateway, {"", 8444}, first, sharing));
  sharing.sharing = runtime::port_sharing::joining;
  run_one(tasks_of_gateway, listen_at(gateway, {"", 8444}, second, sharing));
  EXPECT_TRUE(first.listener != nullptr);
  EXPECT_EQ(second.failure, errc::address_unavailable);
}

TEST_F(Dial, BytesThatNobodyAcknowledgesEndNoConnection) {
  runtime::listen_options impatient;
  impatient.unacknowledged_max = 1s;
  listen_outcome listens;
  run_one(tasks_of_gateway, listen_at(gateway, {"", 8444}, listens, impatient));
  wire.switches.swallow = test::wire_switches::hole::both;
  dial({"gateway", 8444});
  dial_outcome accepted;
  run_one(tasks_of_gateway, accept_from(*listens.listener, accepted));
  ASSERT_TRUE(accepted.stream != nullptr);
  run_one(tasks_of_gateway, write_to(*accepted.stream, "is anybody there?", accepted.failure));
  ASSERT_TRUE(sim.run_for(24h).done());
  run_one(tasks_of_gateway, write_to(*accepted.stream, "still?", accepted.failure));
  EXPECT_FALSE(accepted.failure);
}

TEST_F(Dial, LoopbackReachesOnlyTheHostItselfAndTakesNoTime) {
  listen_outcome local;
  run_one(tasks_of_agent, listen_at(agent, {"127.0.0.1", 9100}, local));
  ASSERT_TRUE(local.listener != nullptr);
  notes.lines.clear();
  dial({"localhost", 9100});
  EXPECT_TRUE(out.stream != nullptr);
  EXPECT_EQ(out.at, mono_time{});
  EXPECT_TRUE(notes.lines.empty()) << "no wire, no evidence";
  dial_outcome from_outside;
  run_one(tasks_of_gateway, dial_to(gateway, {"agent", 9100}, from_outside));
  EXPECT_EQ(from_outside.failure, errc::connection_refused);
}

TEST_F(Dial, TheNextAddressIsTriedWhenOneFails) {
  ASSERT_FALSE(sim.names().set("balanced", {"10.200.0.1", gateway.address()}));
  dial({"balanced", 8443});
  EXPECT_TRUE(out.stream != nullptr);
}

TEST_F(Dial, ASlowNameDelaysTheDial) {
  const auto slow = sim.names().add({name_fault::slow, "gateway", "agent", 3s, {}});
  dial();
  EXPECT_EQ(out.at, mono_time{3s + 20ms});
  sim.names().heal(slow);
  std::vector<std::string> addresses;
  error_code failure;
  run_one(tasks_of_agent, resolve_name(agent, "gateway", addresses, failure));
  EXPECT_EQ(addresses, std::vector<std::string>{gateway.address()});
  run_one(tasks_of_agent, resolve_name(agent, "nowhere", addresses, failure));
  EXPECT_EQ(failure, errc::name_not_found);
}

}  // namespace
}  // namespace kitfox::sim
