#include "fakes/sim/test/two_hosts.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using fault::side;
using runtime::byte_stream;
using runtime::errc;
using runtime::error_code;
using runtime::mono_time;
using runtime::task;

struct read_outcome {
  error_code failure;
  std::string bytes;
  mono_time at{};
};

task<void> read_once(sim_host& on, byte_stream& from, read_outcome& out, std::size_t most = 4096) {
  std::string buffer(most, '\0');
  const auto count = co_await from.read_some(buffer);
  out.at = on.clock().now();
  if (count)
    out.bytes.assign(buffer, 0, *count);
  else
    out.failure = count.error();
}

task<void> read_to_end(sim_host& on, byte_stream& from, read_outcome& out) {
  std::string buffer(1000, '\0');
  for (;;) {
    const auto count = co_await from.read_some(buffer);
    out.at = on.clock().now();
    if (!count) {
      out.failure = count.error();
      co_return;
    }
    out.bytes.append(buffer, 0, *count);
  }
}

struct write_outcome {
  error_code failure;
  mono_time at{};
};

task<void> write_all(sim_host& on, byte_stream& to, std::string bytes, write_outcome& out) {
  out.failure = co_await to.write(bytes);
  out.at = on.clock().now();
}

task<void> nothing_to_do() { co_return; }

task<void> end_sending(byte_stream& one) { EXPECT_FALSE(co_await one.shutdown_send()); }

class Stream : public test::two_hosts {
 protected:
  Stream() { connect(); }
  // Connected at 20 ms: one round trip.
  read_outcome got;
  write_outcome put;
};

TEST_F(Stream, BytesArriveAfterTheLatencyOfTheLink) {
  run_both(write_all(agent, *client, "hello", put), read_once(gateway, *server, got));
  EXPECT_EQ(put.at, mono_time{20ms}) << "a write with room ends at once";
  EXPECT_EQ(got.bytes, "hello");
  EXPECT_EQ(got.at, mono_time{30ms});
}

TEST_F(Stream, BothDirectionsAreIndependent) {
  read_outcome back;
  write_outcome answer;
  run_both(write_all(agent, *client, "up", put), write_all(gateway, *server, "down", answer));
  run_both(read_once(agent, *client, back), read_once(gateway, *server, got));
  EXPECT_EQ(got.bytes, "up");
  EXPECT_EQ(back.bytes, "down");
}

TEST_F(Stream, AReadTakesWhatFitsAndLeavesTheRest) {
  run_both(write_all(agent, *client, "abcdef", put), read_once(gateway, *server, got, 4));
  EXPECT_EQ(got.bytes, "abcd");
  run_both(nothing_to_do(), read_once(gateway, *server, got));
  EXPECT_EQ(got.bytes, "ef");
  EXPECT_EQ(got.at, mono_time{30ms}) << "what has arrived is read without time passing";
}

TEST_F(Stream, ShutdownEndsOneDirectionAfterItsBytes) {
  run_both(write_all(agent, *client, "last words", put), nothing_to_do());
  run_both(end_sending(*client), read_to_end(gateway, *server, got));
  EXPECT_EQ(got.bytes, "last words");
  EXPECT_EQ(got.failure, errc::end_of_stream);
  EXPECT_EQ(got.at, mono_time{30ms});
  read_outcome back;
  run_both(read_once(agent, *client, back), write_all(gateway, *server, "still here", put));
  EXPECT_EQ(back.bytes, "still here");
  run_both(write_all(agent, *client, "too late", put), nothing_to_do());
  EXPECT_EQ(put.failure, errc::not_connected);
}

TEST_F(Stream, TheEndOfAStreamIsShownAgain) {
  run_both(end_sending(*client), read_once(gateway, *server, got));
  run_both(nothing_to_do(), read_once(gateway, *server, got));
  EXPECT_EQ(got.failure, errc::end_of_stream);
}

TEST_F(Stream, CloseEndsBothDirectionsWithFin) {
  client->close();
  client->close();
  run_both(nothing_to_do(), read_once(gateway, *server, got));
  EXPECT_EQ(got.failure, errc::end_of_stream);
  EXPECT_EQ(got.at, mono_time{30ms});
  run_both(read_once(agent, *client, got), nothing_to_do());
  EXPECT_EQ(got.failure, errc::cancelled) << "closed by its own process";
}

TEST_F(Stream, AFarewellIsSaidIfThereIsRoom) {
  client->close_saying("goodbye");
  run_both(nothing_to_do(), read_to_end(gateway, *server, got));
  EXPECT_EQ(got.bytes, "goodbye");
  EXPECT_EQ(got.failure, errc::end_of_stream);
}

TEST_F(Stream, CloseEndsPendingOperationsOfItsOwner) {
  tasks_of_agent.spawn("reader", read_once(agent, *client, got));
  ASSERT_TRUE(sim.run_for(1s).done());
  client->close();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(got.failure, errc::cancelled);
  EXPECT_EQ(got.at, mono_time{1s + 20ms});
}

TEST_F(Stream, DestroyingAStreamClosesIt) {
  client.reset();
  run_both(nothing_to_do(), read_once(gateway, *server, got));
  EXPECT_EQ(got.failure, errc::end_of_stream);
}

TEST_F(Stream, ClosingWithUnreadBytesResets) {
  run_both(nothing_to_do(), write_all(gateway, *server, "never read", put));
  ASSERT_TRUE(sim.run_for(1s).done());
  client->close();
  run_both(nothing_to_do(), read_once(gateway, *server, got));
  EXPECT_EQ(got.failure, errc::connection_reset);
}

TEST_F(Stream, BytesForAClosedSocketAreAnsweredWithReset) {
  client->close();
  ASSERT_TRUE(sim.run_for(1s).done());
  run_both(nothing_to_do(), write_all(gateway, *server, "anyone?", put));
  EXPECT_FALSE(put.failure) << "the first write finds out nothing";
  run_both(nothing_to_do(), read_to_end(gateway, *server, got));
  EXPECT_EQ(got.failure, errc::end_of_stream) << "the FIN came first";
  ASSERT_TRUE(sim.run_for(1s).done());
  run_both(nothing_to_do(), write_all(gateway, *server, "anyone?", put));
  EXPECT_EQ(put.failure, errc::connection_reset);
}

TEST_F(Stream, ResetOnAnIdleConnectionReachesThePeer) {
  ASSERT_TRUE(sim.run_for(1h).done());
  client->reset();
  run_both(nothing_to_do(), read_once(gateway, *server, got));
  EXPECT_EQ(got.failure, errc::connection_reset);
  EXPECT_EQ(got.at, mono_time{1h + 30ms});
  EXPECT_EQ(notes.lines.back(), "3600030ms end_delivered 1 server rst");
}

TEST_F(Stream, BytesBeforeAResetCanStillBeRead) {
  run_both(write_all(agent, *client, "before", put), nothing_to_do());
  client->reset();
  ASSERT_TRUE(sim.run_for(1s).done());
  run_both(nothing_to_do(), read_to_end(gateway, *server, got));
  EXPECT_EQ(got.bytes, "before");
  EXPECT_EQ(got.failure, errc::connection_reset);
}

TEST_F(Stream, AFullWindowHoldsTheWriterUntilThePeerReads) {
  // 64 KiB may be unread or on the way; the rest waits with the writer.
  const std::string much(100 * 1024, 'x');
  tasks_of_agent.spawn("writer", write_all(agent, *client, much, put));
  ASSERT_TRUE(sim.run_for(1h).done());
  EXPECT_EQ(tasks_of_agent.size(), 1U);
  std::size_t sent = 0;
  for (const std::string& line : notes.lines)
    if (line.find(" sent ") != std::string::npos) sent += line.size() - line.find("xx");
  EXPECT_EQ(sent, 64U * 1024);
  tasks_of_gateway.spawn("reader", read_to_end(gateway, *server, got));
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_FALSE(put.failure);
  EXPECT_EQ(got.bytes.size(), much.size());
  EXPECT_EQ(put.at, mono_time{1h + 20ms}) << "room is known as soon as it is there";
  client->close();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(got.failure, errc::end_of_stream);
}

TEST_F(Stream, AResetEndsAWriterThatWaits) {
  tasks_of_agent.spawn("writer", write_all(agent, *client, std::string(100 * 1024, 'x'), put));
  ASSERT_TRUE(sim.run_for(1s).done());
  server->reset();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(put.failure, errc::connection_reset);
  EXPECT_EQ(put.at, mono_time{1s + 30ms});
}

TEST_F(Stream, CancellingATaskEndsItsRead) {
  tasks_of_agent.spawn("reader", read_once(agent, *client, got));
  ASSERT_TRUE(sim.run_for(1s).done());
  tasks_of_agent.cancel();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(got.failure, errc::cancelled);
  run_both(nothing_to_do(), write_all(gateway, *server, "for a later read", put));
  run_both(read_once(agent, *client, got), nothing_to_do());
  EXPECT_EQ(got.bytes, "for a later read");
}

TEST_F(Stream, CancellingATaskEndsItsWrite) {
  tasks_of_agent.spawn("writer", write_all(agent, *client, std::string(100 * 1024, 'x'), put));
  ASSERT_TRUE(sim.run_for(1s).done());
  tasks_of_agent.cancel();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(put.failure, errc::cancelled);
}

task<void> read_with_deadline(sim_host& on, byte_stream& from, read_outcome& out) {
  std::string buffer(100, '\0');
  auto reading = from.read_some(buffer);
  const auto count = co_await runtime::with_timeout(on.clock(), 45s, std::move(reading));
  out.at = on.clock().now();
  if (count)
    out.bytes.assign(buffer, 0, *count);
  else
    out.failure = count.error();
}

TEST_F(Stream, ADeadlineEndsAReadExactlyInTime) {
  run_both(read_with_deadline(agent, *client, got), nothing_to_do());
  EXPECT_EQ(got.failure, errc::timed_out);
  EXPECT_EQ(got.at, mono_time{45s + 20ms});
}

task<void> write_at(sim_host& on, byte_stream& to, mono_time when) {
  EXPECT_FALSE(co_await on.clock().sleep_until(when));
  EXPECT_FALSE(co_await to.write("x"));
}

TEST_F(Stream, BytesThatArriveBeforeTheDeadlineWin) {
  run_both(read_with_deadline(agent, *client, got), write_at(gateway, *server, mono_time{45s + 9ms}));
  EXPECT_EQ(got.bytes, "x");
  EXPECT_EQ(got.at, mono_time{45s + 19ms});
}

TEST_F(Stream, WhatALinkDoesByItselfIsCarriedOutAtOnce) {
  tasks_of_agent.spawn("reader", read_once(agent, *client, got));
  ASSERT_TRUE(sim.run_for(1s).done());
  wire.paths.at(1)->push({fault::path_action::what::reset, side::client, {}});
  sim.on_link_changed(1);
  sim.on_link_changed(99);
  ASSERT_TRUE(sim.run_for(0s).done());
  EXPECT_EQ(got.failure, errc::connection_reset);
  EXPECT_EQ(got.at, mono_time{1s + 20ms});
}

TEST_F(Stream, ARateDelaysTheLastByte) {
  wire.switches.straight.rate_bytes_per_second = 1000;
  client.reset();
  server.reset();
  listener.reset();
  connect();
  const mono_time start = sim.now();
  run_both(write_all(agent, *client, std::string(500, 'x'), put), read_once(gateway, *server, got));
  EXPECT_EQ(got.at - start, 510ms);
}

TEST_F(Stream, TheObserverSeesBothEndsOfEveryStep) {
  run_both(write_all(agent, *client, "ping", put), read_once(gateway, *server, got));
  client->close();
  ASSERT_TRUE(sim.run_for(1s).done());
  server->close();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(notes.lines, (std::vector<std::string>{
                             "0ms dial 1 agent->gateway",
                             "20ms dialled 1 0",
                             "20ms sent 1 client ping",
                             "30ms delivered 1 client ping",
                             "30ms end_sent 1 client fin",
                             "40ms end_delivered 1 server fin",
                             "1030ms end_sent 1 server fin",
                             "1040ms end_delivered 1 client fin",
                         }));
  EXPECT_EQ(sim.connections(), 1U) << "two stream objects still refer to it";
  client.reset();
  server.reset();
  EXPECT_EQ(sim.connections(), 0U);
  EXPECT_EQ(agent.open_streams(), 0U);
}

TEST_F(Stream, ABlackHoleSwallowsSilentlyAndOutlivesItsHealing) {
  wire.switches.swallow = test::wire_switches::hole::both;
  client.reset();
  server.reset();
  listener.reset();
  connect();
  wire.switches.swallow = test::wire_switches::hole::none;
  run_both(write_all(agent, *client, "lost", put), nothing_to_do());
  EXPECT_FALSE(put.failure);
  tasks_of_gateway.spawn("reader", read_once(gateway, *server, got));
  tasks_of_agent.spawn("writer", write_all(agent, *client, std::string(64 * 1024, 'x'), put));
  ASSERT_TRUE(sim.run_for(24h).done());
  EXPECT_EQ(tasks_of_gateway.size(), 1U) << "no byte and no end ever comes";
  EXPECT_EQ(tasks_of_agent.size(), 1U) << "the window is full of what was swallowed";
}

}  // namespace
}  // namespace kitfox::sim
