#include "fakes/fault/relay.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "fakes/fault/test/path_script.hpp"
#include "fakes/fault/test/socket_bench.hpp"
#include "runtime/deadline.hpp"
#include "runtime/errc.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::fault::test {
namespace {

using runtime::task;

task<void> echo_through(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  EXPECT_EQ(co_await client->write("ping"), error_code{});
  EXPECT_EQ(co_await read_exactly(*server, 4), "ping");
  EXPECT_EQ(co_await server->write("pong!"), error_code{});
  EXPECT_EQ(co_await read_exactly(*client, 5), "pong!");
}

TEST(Relay, CarriesBytesBothWays) { socket_bench{}.run(echo_through); }

/// Writes down what a wire observer is told, without its times.
struct note_taker final : wire_observer {
  lines notes;
  static std::string word(side one) { return one == side::client ? "client" : "server"; }
  static std::string word(end_kind how) { return how == end_kind::fin ? "fin" : "rst"; }
  void note(connection of, const std::string& what) {
    notes.push_back(std::to_string(of.id) + " " + std::string{of.link} + ": " + what);
  }
  void on_dial(connection of, runtime::mono_time) override { note(of, "dial"); }
  void on_dialled(connection of, std::optional<dial_answer> answer, runtime::mono_time) override {
    note(of, !answer ? "given up" : *answer == dial_answer::proceed ? "dialled" : "not dialled");
  }
  void on_tls(connection of, std::string_view failure, runtime::mono_time) override {
    note(of, "tls " + std::string{failure.empty() ? "done" : "failed"});
  }
  void on_sent(connection of, side from, std::string_view bytes, runtime::mono_time) override {
    note(of, word(from) + " sent " + std::string{bytes});
  }
  void on_delivered(connection of, side from, std::string_view bytes, runtime::mono_time) override {
    note(of, "of " + word(from) + " delivered " + std::string{bytes});
  }
  void on_end_sent(connection of, side by, end_kind how, runtime::mono_time) override {
    note(of, word(by) + " sent " + word(how));
  }
  void on_end_delivered(connection of, side to, end_kind how, runtime::mono_time) override {
    note(of, word(to) + " was shown " + word(how));
  }
};

task<void> talks_in_turn(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  EXPECT_EQ(co_await client->write("ping"), error_code{});
  EXPECT_EQ(co_await read_exactly(*server, 4), "ping");
  EXPECT_EQ(co_await server->write("pong"), error_code{});
  EXPECT_EQ(co_await read_exactly(*client, 4), "pong");
  EXPECT_EQ(co_await client->shutdown_send(), error_code{});
  EXPECT_EQ(co_await end_of(*server), runtime::errc::end_of_stream);
  server->reset();
  EXPECT_EQ(co_await end_of(*client), runtime::errc::connection_reset);
}

TEST(Relay, TellsTheWireObserverBothEndsOfEveryStep) {
  note_taker taker;
  socket_bench bench;
  bench.wire = &taker;
  bench.run(talks_in_turn);
  const std::string at = "1 client->server: ";
  EXPECT_EQ(taker.notes,
            (lines{at + "dial", at + "dialled", at + "client sent ping", at + "of client delivered ping",
                   at + "server sent pong", at + "of server delivered pong", at + "client sent fin",
                   at + "server was shown fin", at + "server sent rst", at + "client was shown rst"}));
}

task<void> is_forgotten(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  EXPECT_TRUE(in.subject->through().add(plan_of("hole#1", "blackhole"), in.host->clock().now()).has_value());
  client->close();
  server->close();
  // Both have left and neither can be told of the other: only the linger limit ends it.
  co_await in.until([&] { return in.subject->connections() == 0; });
}

TEST(Relay, ForgetsAConnectionThatBothEndsHaveLeft) {
  relay_options settings;
  settings.limits.linger = 30ms;
  socket_bench{std::move(settings)}.run(is_forgotten);
}

task<void> counts_live(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  EXPECT_EQ(co_await server->write("an event"), error_code{});
  EXPECT_EQ(co_await read_exactly(*client, 8), "an event");
  // The stream is open and idle: nothing was closed to make the counters move.
  EXPECT_EQ(in.subject->traffic().downstream_received, 8U);
  EXPECT_EQ(in.subject->traffic().downstream_sent, 8U);
  EXPECT_EQ(in.subject->connections(), 1U);
}

TEST(Relay, CountersAreLiveOnAnOpenStream) { socket_bench{}.run(counts_live); }

task<void> half_closes(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  EXPECT_EQ(co_await client->shutdown_send(), error_code{});
  EXPECT_EQ(co_await end_of(*server), runtime::errc::end_of_stream);
  EXPECT_EQ(co_await server->write("still here"), error_code{});
  EXPECT_EQ(co_await read_exactly(*client, 10), "still here");
  EXPECT_EQ(co_await server->shutdown_send(), error_code{});
  EXPECT_EQ(co_await end_of(*client), runtime::errc::end_of_stream);
}

TEST(Relay, HalfCloseExists) { socket_bench{}.run(half_closes); }

task<void> resets_idle(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  EXPECT_TRUE(in.subject->through().add(plan_of("cut#1", "rst"), in.host->clock().now()).has_value());
  // Nobody sends: the reset needs no traffic, and is a true RST for both ends.
  EXPECT_EQ(co_await end_of(*client), runtime::errc::connection_reset);
  EXPECT_EQ(co_await end_of(*server), runtime::errc::connection_reset);
  EXPECT_TRUE(in.subject->through().never_fired().empty());
}

TEST(Relay, ResetNeedsNoTrafficAndIsATrueRst) { socket_bench{}.run(resets_idle); }

task<void> dead_upstream(socket_bench& in) {
  in.upstream.reset();
  auto client = co_await in.dial();
  EXPECT_TRUE(client.has_value());
  if (!client) co_return;
  EXPECT_EQ(co_await end_of(**client), runtime::errc::connection_reset);
}

TEST(Relay, ADeadUpstreamIsAResetAndNotAcceptAndFin) { socket_bench{}.run(dead_upstream); }

task<void> refuses(socket_bench& in) {
  const auto refused = in.subject->through().add(plan_of("down#1", "refuse"), in.host->clock().now());
  EXPECT_TRUE(refused.has_value());
  co_await in.until([&] { return in.closed(); });
  auto client = co_await in.dial();
  EXPECT_EQ(client.error(), runtime::errc::connection_refused);
  EXPECT_EQ(in.subject->through().never_fired(), std::vector<std::string>{});
  EXPECT_EQ(in.subject->through().remove(*refused, in.host->clock().now()), error_code{});
  co_await in.until([&] { return !in.closed(); });
  co_await echo_through(in);
  EXPECT_EQ(in.firings.kept().size(), 1U) << "the link as a whole, once";
  const firing& only = in.firings.kept().front();
  EXPECT_EQ(only.fault, "down#1");
  EXPECT_EQ(only.connection, 0U);
  EXPECT_EQ(only.what, "nothing listens");
  EXPECT_EQ(only.link, "client->server");
}

TEST(Relay, RefusesForRealWhileEveryDialIsRefusedAndListensOnTheSamePortAgain) {
  socket_bench{}.run(refuses);
}

task<void> hangs(socket_bench& in) {
  EXPECT_TRUE(in.subject->through().add(plan_of("hole#1", "syn_drop"), in.host->clock().now()).has_value());
  auto client = co_await in.dial();
  EXPECT_TRUE(client.has_value());
  if (!client) co_return;
  EXPECT_EQ(co_await (*client)->write("anyone?"), error_code{});
  char byte = 0;
  auto read = (*client)->read_some({&byte, 1});
  const auto got = co_await runtime::with_timeout(in.host->clock(), 50ms, std::move(read));
  EXPECT_EQ(got.error(), runtime::errc::timed_out);
}

TEST(Relay, AHangingDialMeetsSilence) { socket_bench{}.run(hangs); }

task<void> blackholes(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  EXPECT_TRUE(in.subject->through().add(plan_of("hole#1", "blackhole"), in.host->clock().now()).has_value());
  EXPECT_EQ(co_await client->write("lost"), error_code{});
  client->close();
  char byte = 0;
  auto read = server->read_some({&byte, 1});
  const auto got = co_await runtime::with_timeout(in.host->clock(), 50ms, std::move(read));
  EXPECT_EQ(got.error(), runtime::errc::timed_out);
}

TEST(Relay, ABlackHoleTellsNobody) { socket_bench{}.run(blackholes); }

task<void> delays(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  EXPECT_TRUE(in.subject->through()
                  .add(plan_of("slow#1", "latency", R"({"delay": "80ms"})"), in.host->clock().now())
                  .has_value());
  const auto sent = in.host->clock().now();
  EXPECT_EQ(co_await client->write("late"), error_code{});
  EXPECT_EQ(co_await read_exactly(*server, 4), "late");
  // A delay is a lower bound; how late the machine is on top of it is not our business.
  EXPECT_GE(in.host->clock().now() - sent, 80ms);
}

TEST(Relay, DelaysByTheHostsClock) { socket_bench{}.run(delays); }

task<void> moves_much(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  const std::string block(3'000'000, 'x');
  runtime::task_group writing{*in.host};
  const auto write_all = [](runtime::byte_stream& to, const std::string& bytes) -> task<void> {
    EXPECT_EQ(co_await to.write(bytes), error_code{});
    EXPECT_EQ(co_await to.shutdown_send(), error_code{});
  };
  writing.spawn("writer", write_all(*client, block));
  std::size_t sum = 0;
  std::vector<char> buffer(65536);
  for (;;) {
    const auto got = co_await server->read_some(buffer);
    if (!got) break;
    sum += *got;
  }
  co_await writing.join();
  EXPECT_EQ(sum, block.size());
}

TEST(Relay, MovesMoreThanItsWindow) { socket_bench{}.run(moves_much); }

task<void> suspends(socket_bench& in) {
  auto [client, server] = co_await in.connect();
  in.subject->suspend();
  EXPECT_TRUE((co_await end_of(*client)).failed());
  co_await in.until([&] { return in.closed(); });
  const auto refused = co_await in.dial();
  EXPECT_EQ(refused.error(), runtime::errc::connection_refused);
  in.subject->resume();
  co_await in.until([&] { return !in.closed(); });
  co_await echo_through(in);
}

TEST(Relay, WhileSuspendedNothingListens) { socket_bench{}.run(suspends); }

task<void> over_limit(socket_bench& in) {
  auto first = co_await in.connect();
  auto client = co_await in.dial();
  EXPECT_TRUE(client.has_value());
  if (!client) co_return;
  EXPECT_EQ(co_await end_of(**client), runtime::errc::connection_reset);
}

TEST(Relay, ResetsConnectionsOverItsLimit) {
  relay_options settings;
  settings.limits.connections_max = 1;
  socket_bench{std::move(settings)}.run(over_limit);
}

task<void> presents(socket_bench& in, std::string kind, std::string parameters, error_code expected) {
  if (!kind.empty()) {
    EXPECT_TRUE(
        in.subject->through().add(plan_of("tls#1", kind, parameters), in.host->clock().now()).has_value());
  }
  auto client = co_await in.dial(in.trusting());
  if (expected) {
    EXPECT_EQ(client.error(), expected) << kind << parameters;
  } else {
    EXPECT_TRUE(client.has_value()) << client.error().message();
  }
}

TEST(RelayTls, PresentsTheCertificateThatThePathAsksFor) {
  using runtime::errc;
  const std::vector<std::tuple<std::string, std::string, error_code>> cases{
      {"", "", {}},
      {"certificate", R"({"is": "expired"})", errc::certificate_expired},
      {"certificate", R"({"is": "not_yet_valid"})", errc::certificate_not_yet_valid},
      {"certificate", R"({"is": "wrong_host"})", errc::certificate_wrong_host},
      {"certificate", R"({"is": "unknown_authority"})", errc::certificate_untrusted},
      {"tls_alert", "{}", errc::tls_failed},
      {"tls_stall", "{}", errc::timed_out}};
  for (const auto& [kind, parameters, expected] : cases) {
    socket_bench bench{socket_bench::with_tls{}};
    bench.run([kind = kind, parameters = parameters, expected = expected](socket_bench& in) {
      return presents(in, kind, parameters, expected);
    });
  }
}

task<void> sees_plaintext(socket_bench& in) {
  auto accepting = in.accept_later();
  auto client = co_await in.dial(in.trusting());
  EXPECT_TRUE(client.has_value());
  if (!client) co_return;
  auto server = co_await std::move(accepting);
  EXPECT_TRUE(in.subject->through()
                  .add(plan_of("busy#1", "status", R"({"code": 503, "request": 1})"), in.host->clock().now())
                  .has_value());
  EXPECT_EQ(co_await (*client)->write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), error_code{});
  EXPECT_EQ(co_await read_exactly(**client, 12), "HTTP/1.1 503");
}

TEST(RelayTls, LetsFaultsWorkOnRequests) { socket_bench{socket_bench::with_tls{}}.run(sees_plaintext); }

}  // namespace
}  // namespace kitfox::fault::test
