#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "fakes/pki/authority.hpp"
#include "runtime/deadline.hpp"
#include "runtime/errc.hpp"
#include "runtime/http/client.hpp"
#include "runtime/http/server.hpp"
#include "runtime/real_host.hpp"
#include "runtime/test/manual_host.hpp"
#include "runtime/tls/stream.hpp"

namespace kitfox::runtime {
namespace {

using namespace std::chrono_literals;

/// Generous: reached only when something hangs, and then the test fails.
constexpr duration patience = 20s;

/// Accepts one connection after the other, completes their handshakes and hands them to the test.
struct acceptor {
  std::unique_ptr<listener> source;
  std::vector<std::unique_ptr<byte_stream>> streams;
  std::vector<error_code> handshakes;
  std::optional<notifier> changed;

  task<void> run() {
    for (;;) {
      auto accepted = co_await source->accept();
      if (!accepted) co_return;
      handshakes.push_back(co_await (*accepted)->handshake());
      streams.push_back(std::move(*accepted));
      changed->notify_all();
    }
  }
  task<byte_stream*> next(std::size_t index) {
    byte_stream* found = nullptr;
    error_code failure;
    while (!failure && streams.size() <= index) failure = co_await changed->wait();
    if (!failure) found = streams[index].get();
    co_return found;
  }
};

/// A real host with a listener on loopback, TLS or plain, and what tests do with it.
class sockets {
 public:
  sockets() : on{real_host::make(events)} {}

  /// Runs `script` beside an acceptor; fails the test if it takes too long.
  void run(std::optional<pki::identity> identity, std::function<task<void>(sockets&)> script) {
    const int exit = on->run(run_all(std::move(identity), std::move(script)));
    EXPECT_EQ(exit, 0) << "the script took too long";
  }
  [[nodiscard]] endpoint server(std::string name = "127.0.0.1") const {
    return {std::move(name), accepting.source->local().port};
  }
  [[nodiscard]] std::shared_ptr<tls_client> trust(const pki::authority& authority) {
    tls_client_options options;
    options.authorities_pem = authority.certificate_pem();
    return on->network().make_tls_client(options).value();
  }

  test::event_recorder events;
  std::unique_ptr<real_host> on;
  acceptor accepting;

 private:
  static task<error_code> to_code(task<void> work) {
    co_await std::move(work);
    co_return error_code{};
  }
  task<int> run_all(std::optional<pki::identity> identity, std::function<task<void>(sockets&)> script) {
    std::shared_ptr<tls_server> tls;
    if (identity) {
      tls_server_options options;
      options.certificate_pem = identity->certificate_pem;
      options.private_key_pem = identity->private_key_pem;
      tls = on->network().make_tls_server(options).value();
    }
    endpoint at{"127.0.0.1", 0};
    auto source = co_await on->network().listen(at, tls);
    accepting.source = std::move(source.value());
    accepting.changed.emplace(on->executor());
    task_group group{*on};
    group.spawn("acceptor", accepting.run());
    const error_code failure = co_await with_timeout(on->clock(), patience, to_code(script(*this)));
    accepting.source->close();
    co_await group.join();
    accepting.streams.clear();
    co_return failure ? 1 : 0;
  }
};

task<std::string> read_all(byte_stream& from, error_code& end) {
  std::string all;
  std::array<char, 1000> buffer;
  for (;;) {
    const auto count = co_await from.read_some(buffer);
    if (!count) {
      end = count.error();
      co_return all;
    }
    all.append(buffer.data(), *count);
  }
}

task<error_code> dial_error(sockets& in, std::string host, std::shared_ptr<tls_client> tls) {
  endpoint to = in.server(std::move(host));
  auto stream = co_await in.on->network().dial(to, tls);
  co_return stream ? error_code{} : stream.error();
}

TEST(Sockets, CarryBytesBothWaysAndEndInOrder) {
  sockets with;
  with.run(std::nullopt, [](sockets& in) -> task<void> {
    endpoint to = in.server();
    auto client = (co_await in.on->network().dial(to, nullptr)).value();
    byte_stream* server = co_await in.accepting.next(0);
    EXPECT_EQ(client->peer(), in.server());
    EXPECT_EQ(server->peer().host, "127.0.0.1");
    EXPECT_EQ(co_await client->write("question"), error_code{});
    EXPECT_EQ(co_await client->shutdown_send(), error_code{});
    error_code end;
    EXPECT_EQ(co_await read_all(*server, end), "question");
    EXPECT_EQ(end, errc::end_of_stream);
    EXPECT_EQ(co_await server->write("answer after half close"), error_code{});
    server->close();
    EXPECT_EQ(co_await read_all(*client, end), "answer after half close");
    EXPECT_EQ(end, errc::end_of_stream);
  });
}

TEST(RealClock, AlarmsRingOnceAndNotAfterBeingCleared) {
  sockets with;
  with.run(std::nullopt, [](sockets& in) -> task<void> {
    clock& time = in.on->clock();
    notifier last_rang{in.on->executor()};
    std::vector<int> rung;
    const mono_time begun = time.now();
    const auto moved = time.make_alarm([&] { rung.push_back(0); });
    const auto cleared = time.make_alarm([&] { rung.push_back(1); });
    const auto last = time.make_alarm([&] {
      rung.push_back(2);
      last_rang.notify_all();
    });
    moved->set(begun + std::chrono::hours{1});
    moved->set(begun + 1ms);
    cleared->set(begun + 1ms);
    cleared->clear();
    last->set(begun + 2ms);
    time.make_alarm([&] { rung.push_back(3); })->set(begun);  // destroyed at once
    EXPECT_EQ(co_await last_rang.wait(), error_code{});
    EXPECT_GE(time.now(), begun + 2ms);
    EXPECT_EQ(rung, (std::vector{0, 2}));
  });
}

TEST(Sockets, TellResetFromEnd) {
  sockets with;
  with.run(std::nullopt, [](sockets& in) -> task<void> {
    endpoint to = in.server();
    auto client = (co_await in.on->network().dial(to, nullptr)).value();
    byte_stream* server = co_await in.accepting.next(0);
    server->reset();
    error_code end;
    EXPECT_EQ(co_await read_all(*client, end), "");
    EXPECT_EQ(end, errc::connection_reset);
  });
}

TEST(Sockets, RefuseAndFailToResolve) {
  sockets with;
  with.run(std::nullopt, [](sockets& in) -> task<void> {
    endpoint free{"127.0.0.1", 0};
    auto temporary = (co_await in.on->network().listen(free, nullptr)).value();
    const endpoint gone = temporary->local();
    const auto twice = co_await in.on->network().listen(gone, nullptr);
    EXPECT_EQ(twice.error(), errc::address_unavailable);
    temporary->close();
    temporary.reset();
    const auto refused = co_await in.on->network().dial(gone, nullptr);
    EXPECT_EQ(refused.error(), errc::connection_refused);
    const auto nothing = co_await in.on->network().resolve("no such name.invalid");
    EXPECT_TRUE(nothing.error() == errc::name_not_found || nothing.error() == errc::name_server_failed)
        << nothing.error().message();
    const auto literal = co_await in.on->network().resolve("::1");
    EXPECT_EQ(literal.value(), std::vector<std::string>{"::1"});
    const auto local = co_await in.on->network().resolve("localhost");
    EXPECT_FALSE(local.value().empty());
  });
}

template <class T>
task<error_code> only_code(task<result<T>> work) {
  const auto got = co_await std::move(work);
  co_return got ? error_code{} : got.error();
}

task<void> keep(task<error_code> work, error_code& out) { out = co_await std::move(work); }

TEST(Sockets, ReadsWritesAndAcceptsAreCancelledByTimeAndByClose) {
  sockets with;
  with.run(std::nullopt, [](sockets& in) -> task<void> {
    endpoint to = in.server();
    auto client = (co_await in.on->network().dial(to, nullptr)).value();
    byte_stream* server = co_await in.accepting.next(0);
    std::array<char, 10> buffer;
    clock& time = in.on->clock();
    EXPECT_EQ(co_await with_timeout(time, 1ms, only_code(client->read_some(buffer))), errc::timed_out);
    // The cancelled read lost nothing.
    EXPECT_EQ(co_await server->write("later"), error_code{});
    EXPECT_EQ((co_await client->read_some(buffer)).value(), 5u);

    const std::string much(64 << 20, 'x');  // more than any socket buffer
    EXPECT_EQ(co_await with_timeout(time, 1ms, client->write(much)), errc::timed_out);

    error_code closed;
    task_group group{*in.on};
    group.spawn("reader", keep(only_code(server->read_some(buffer)), closed));
    server->close();
    server->close();
    co_await group.join();

    endpoint at{"127.0.0.1", 0};
    auto other = (co_await in.on->network().listen(at, nullptr)).value();
    EXPECT_EQ(co_await with_timeout(time, 1ms, only_code(other->accept())), errc::timed_out);
    error_code unlistened;
    group.spawn("acceptor", keep(only_code(other->accept()), unlistened));
    static_cast<void>(co_await time.sleep_for(1ms));
    other->close();
    co_await group.join();
    EXPECT_EQ(unlistened, errc::cancelled);
  });
}

TEST(Sockets, AnAcceptedConnectionIsLostWhenItsPeerTakesNothingForItsTime) {
  sockets with;
  with.run(std::nullopt, [](sockets& in) -> task<void> {
    endpoint at{"127.0.0.1", 0};
    listen_options how;
    how.unacknowledged_max = 300ms;
    auto source = (co_await in.on->network().listen(at, nullptr, how)).value();
    endpoint to = source->local();
    auto client = (co_await in.on->network().dial(to, nullptr)).value();
    auto server = (co_await source->accept()).value();
    const std::string much(64 << 20, 'x');  // more than any socket buffer
    EXPECT_EQ(co_await with_timeout(in.on->clock(), 10s, server->write(much)), errc::unreachable);
  });
}

TEST(Sockets, ListenersJoinTheFirstOfTheirPortAndNobodyElseGetsIt) {
  sockets with;
  with.run(std::nullopt, [](sockets& in) -> task<void> {
    endpoint at{"127.0.0.1", 0};
    auto one = (co_await in.on->network().listen(at, nullptr, {{}, port_sharing::first})).value();
    endpoint same = one->local();
    auto other = (co_await in.on->network().listen(same, nullptr, {{}, port_sharing::joining})).value();
    for (const port_sharing late : {port_sharing::first, port_sharing::alone})
      EXPECT_EQ((co_await in.on->network().listen(same, nullptr, {{}, late})).error(),
                errc::address_unavailable);
    std::vector<std::unique_ptr<byte_stream>> clients;
    // That all of them come to one listener has a probability of 2^-63.
    for (int number = 0; number < 64; ++number)
      clients.push_back((co_await in.on->network().dial(same, nullptr)).value());
    EXPECT_TRUE((co_await one->accept()).has_value());
    EXPECT_TRUE((co_await other->accept()).has_value());
  });
}

TEST(TlsSockets, ResumeASessionWithTheSameServer) {
  static const pki::authority authority;
  sockets with;
  with.run(authority.issue("127.0.0.1"), [](sockets& in) -> task<void> {
    const auto tls = in.trust(authority);
    for (std::size_t round = 0; round < 3; ++round) {
      endpoint to = in.server();
      auto client = (co_await in.on->network().dial(to, tls)).value();
      byte_stream* server = co_await in.accepting.next(round);
      EXPECT_EQ(dynamic_cast<tls::stream&>(*client).resumed(), round > 0) << round;
      EXPECT_EQ(co_await server->write("hello"), error_code{});
      server->close();
      error_code end;
      EXPECT_EQ(co_await read_all(*client, end), "hello");
      EXPECT_EQ(end, errc::end_of_stream) << "close() must say close_notify";
    }
  });
}

TEST(TlsSockets, RefuseWhatCannotBeTrusted) {
  static const pki::authority authority, stranger;
  sockets with;
  with.run(authority.issue("gateway.test"), [](sockets& in) -> task<void> {
    EXPECT_EQ(co_await dial_error(in, "127.0.0.1", in.trust(authority)), errc::certificate_wrong_host);
    EXPECT_EQ(co_await dial_error(in, "localhost", in.trust(authority)), errc::certificate_wrong_host);
    EXPECT_EQ(co_await dial_error(in, "127.0.0.1", in.trust(stranger)), errc::certificate_untrusted);
  });
  for (const error_code failure : with.accepting.handshakes) EXPECT_EQ(failure, errc::tls_failed);
}

error_code dial_with_validity(const pki::authority& authority, pki::validity valid) {
  sockets with;
  error_code failure;
  pki::certificate_request wanted{{"127.0.0.1"}, valid};
  with.run(authority.issue(wanted),
           [&](sockets& in) { return keep(dial_error(in, "127.0.0.1", in.trust(authority)), failure); });
  EXPECT_EQ(with.events.names, std::vector<std::string>{"tls_handshake_failed"});
  return failure;
}

TEST(TlsSockets, RefuseWhatIsNotValidNow) {
  const pki::authority authority;
  const auto day = [](int year) { return std::chrono::sys_days{std::chrono::year{year} / 1 / 1}; };
  EXPECT_EQ(dial_with_validity(authority, {day(2010), day(2020)}), errc::certificate_expired);
  EXPECT_EQ(dial_with_validity(authority, {day(2090), day(2095)}), errc::certificate_not_yet_valid);
}

TEST(TlsSockets, SeeWhenTheStreamIsCut) {
  static const pki::authority authority;
  sockets with;
  with.run(authority.issue("127.0.0.1"), [](sockets& in) -> task<void> {
    const auto tls = in.trust(authority);
    endpoint to = in.server();
    auto client = (co_await in.on->network().dial(to, tls)).value();
    byte_stream* server = co_await in.accepting.next(0);
    EXPECT_EQ(co_await server->write("before"), error_code{});
    std::array<char, 6> buffer;
    EXPECT_EQ((co_await client->read_some(buffer)).value(), 6u);
    server->reset();
    EXPECT_EQ((co_await client->read_some(buffer)).error(), errc::connection_reset);
  });
}

TEST(RealHost, RunsMainAndReturnsItsValue) {
  test::event_recorder events;
  const auto on = real_host::make(events);
  const auto main = [](real_host& in) -> task<int> {
    const mono_time before = in.clock().now();
    EXPECT_EQ(co_await in.clock().sleep_for(2ms), error_code{});
    EXPECT_GE(in.clock().now() - before, 2ms);
    EXPECT_GT(in.clock().wall_now().time_since_epoch(), 1'600'000'000s);
    EXPECT_NE(in.entropy().next(), in.entropy().next());
    co_return 42;
  };
  EXPECT_EQ(on->run(main(*on)), 42);
  EXPECT_EQ(on->run(main(*on)), 42) << "a host may run again";
}

TEST(RealHost, TakesWorkFromAnotherThread) {
  test::event_recorder events;
  const auto on = real_host::make(events);
  stop_source stop{on->executor()};
  std::jthread other;
  const auto main = [](real_host& in, stop_source& until, std::jthread& thread) -> task<int> {
    thread = std::jthread{[&in, &until] { in.post([&until] { until.request(); }); }};
    static_cast<void>(co_await until.wait());
    co_return until.requested() ? 0 : 1;
  };
  EXPECT_EQ(on->run(main(*on, stop, other)), 0);
}

TEST(RealHost, StopsOnASignal) {
  test::event_recorder events;
  const auto on = real_host::make(events);
  stop_source stop{on->executor()};
  on->stop_on_signals(stop);
  const auto main = [](stop_source& until) -> task<int> {
    std::raise(SIGTERM);
    static_cast<void>(co_await until.wait());
    co_return until.requested() ? 0 : 1;
  };
  EXPECT_EQ(on->run(main(stop)), 0);
}

TEST(RealHost, LetsAnExceptionOfMainOut) {
  test::event_recorder events;
  const auto on = real_host::make(events);
  const auto main = []() -> task<int> {
    throw std::runtime_error{"programmer error"};
    co_return 0;
  };
  EXPECT_THROW(on->run(main()), std::runtime_error);
}

}  // namespace
}  // namespace kitfox::runtime
