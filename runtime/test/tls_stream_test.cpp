#include <gtest/gtest.h>

#include "runtime/deadline.hpp"
#include "runtime/test/tls_bench.hpp"

namespace kitfox::runtime::tls {
namespace {

using namespace std::chrono_literals;

task<void> read_end(byte_stream& from, error_code& out) {
  std::array<char, 10> buffer;
  const auto count = co_await from.read_some(buffer);
  out = count ? error_code{} : count.error();
}

TEST(TlsStream, TellsCloseFromCut) {
  tls_bench with;
  error_code end;
  ends closed = with.connect();
  closed.server->close();
  with.on.run(read_end(*closed.client, end));
  EXPECT_EQ(end, errc::end_of_stream);

  memory_pair pair = make_memory_pair(with.on.executor(), {});
  byte_stream* wire = pair.server.get();
  ends cut = with.wrap(std::move(pair));
  with.on.run(with.shake(*cut.client, *cut.server));
  wire->close();
  with.on.run(read_end(*cut.client, end));
  EXPECT_EQ(end, errc::tls_truncated);
  with.on.run(read_end(*cut.client, end));
  EXPECT_EQ(end, errc::tls_truncated) << "and stays so";
}

TEST(TlsStream, FailsOnAForgedRecord) {
  tls_bench with;
  memory_pair pair = make_memory_pair(with.on.executor(), {});
  byte_stream* wire = pair.server.get();
  ends made = with.wrap(std::move(pair));
  with.on.run(with.shake(*made.client, *made.server));
  const auto forge = [](byte_stream& on) -> task<void> {
    EXPECT_EQ(co_await on.write(std::string{"\x17\x03\x03\x00\x20", 5} + std::string(32, 'x')), error_code{});
  };
  with.on.run(forge(*wire));
  error_code end;
  with.on.run(take_ticket(*made.server, *made.client));
  with.on.run(read_end(*made.client, end));
  EXPECT_EQ(end, errc::tls_failed);
}

TEST(TlsStream, ACancelledReadLosesNothing) {
  tls_bench with;
  ends made = with.connect();
  const auto script = [](tls_bench& in, ends& between) -> task<void> {
    std::array<char, 10> buffer;
    const auto late = co_await with_timeout(in.on.clock(), 1s, between.client->read_some(buffer));
    EXPECT_EQ(late.error(), errc::timed_out);
    EXPECT_EQ(co_await between.server->write("still"), error_code{});
    EXPECT_EQ((co_await between.client->read_some(buffer)).value(), 5u);
    EXPECT_EQ(co_await between.client->write("fine"), error_code{});
    EXPECT_EQ((co_await between.server->read_some(buffer)).value(), 4u);
  };
  with.on.run(script(with, made));
}

TEST(TlsStream, IsOfNoUseBeforeItsHandshakeAndAfterItsEnd) {
  tls_bench with;
  const auto script = [](ends& between) -> task<void> {
    std::array<char, 10> buffer;
    EXPECT_EQ((co_await between.client->read_some(buffer)).error(), errc::not_connected);
    EXPECT_EQ(co_await between.client->write("early"), errc::not_connected);
    between.client->close();
    EXPECT_EQ(co_await between.client->handshake(), errc::cancelled);
    EXPECT_EQ((co_await between.client->read_some(buffer)).error(), errc::cancelled);
  };
  ends early = with.open();
  with.on.run(script(early));
  ends late = with.connect();
  const auto after_goodbye = [](ends& between) -> task<void> {
    EXPECT_EQ(co_await between.client->shutdown_send(), error_code{});
    EXPECT_EQ(co_await between.client->write("more"), errc::not_connected);
  };
  with.on.run(after_goodbye(late));
}

/// The whole life of a connection, from one end.
task<void> live_as_client(byte_stream& self, error_code& out) {
  std::array<char, 100> buffer;
  out = co_await self.handshake();
  if (!out) out = co_await self.write("ping");
  if (!out) {
    const auto count = co_await self.read_some(buffer);
    if (!count) out = count.error();
  }
  if (!out) out = co_await self.shutdown_send();
  if (!out) {
    const auto count = co_await self.read_some(buffer);
    if (count || count.error() != errc::end_of_stream) out = count ? errc::system_failure : count.error();
  }
  self.close();
}

task<void> live_as_server(byte_stream& self, error_code& out) {
  std::array<char, 100> buffer;
  out = co_await self.handshake();
  if (!out) {
    const auto count = co_await self.read_some(buffer);
    if (!count) out = count.error();
  }
  if (!out) out = co_await self.write("pong");
  if (!out) {
    const auto count = co_await self.read_some(buffer);
    if (count || count.error() != errc::end_of_stream) out = count ? errc::system_failure : count.error();
  }
  if (!out) out = co_await self.shutdown_send();
  self.close();
}

task<void> live(manual_host& on, ends& between, error_code& client, error_code& server) {
  task_group group{on};
  group.spawn("client", live_as_client(*between.client, client));
  group.spawn("server", live_as_server(*between.server, server));
  static_cast<void>(co_await on.clock().sleep_for(60s));
  // What still stalls is given up by its owners.
  between.client->close();
  between.server->close();
  co_await group.join();
}

enum class end_kind { client, server };

struct broken_life {
  error_code client, server;
  std::size_t steps = 0;
};

broken_life live_with(end_kind faulty, std::size_t failing_step, fault what) {
  tls_bench with;
  broken_life out;
  memory_pair pair = make_memory_pair(with.on.executor(), {.window_bytes = 1 << 20, .read_bytes_max = 300});
  auto& side = faulty == end_kind::client ? pair.client : pair.server;
  side = make_flaky(std::move(side), failing_step, what, out.steps);
  ends between = with.wrap(std::move(pair));
  with.on.run(live(with.on, between, out.client, out.server));
  EXPECT_FALSE(with.on.clock().advance()) << "something still sleeps";
  return out;
}

TEST(TlsStream, SurvivesAFailureAtEveryStep) {
  for (const auto faulty : {end_kind::client, end_kind::server}) {
    const broken_life whole = live_with(faulty, 1'000'000, fault::end);
    ASSERT_EQ(whole.client, error_code{});
    ASSERT_EQ(whole.server, error_code{});
    ASSERT_GE(whole.steps, 6u);
    for (const auto what : {fault::end, fault::reset, fault::cancelled, fault::stall}) {
      for (std::size_t step = 0; step < whole.steps; ++step) {
        const broken_life cut = live_with(faulty, step, what);
        const error_code own = faulty == end_kind::client ? cut.client : cut.server;
        SCOPED_TRACE("step " + std::to_string(step) + " fault " + std::to_string(static_cast<int>(what)) +
                     " own " + own.message());
        switch (what) {
          case fault::end:
            EXPECT_TRUE(own == errc::end_of_stream || own == errc::tls_truncated ||
                        own == errc::connection_reset);
            break;
          case fault::reset:
            EXPECT_EQ(own, errc::connection_reset);
            break;
          case fault::cancelled:
            EXPECT_EQ(own, errc::cancelled);
            break;
          case fault::stall:  // until its owner gives up, or the other end does
            EXPECT_TRUE(own == errc::cancelled || own == errc::connection_reset);
            break;
        }
      }
    }
  }
}

}  // namespace
}  // namespace kitfox::runtime::tls
