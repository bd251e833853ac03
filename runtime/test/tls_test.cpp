#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fakes/pki/authority.hpp"
#include "runtime/deadline.hpp"
#include "runtime/task_group.hpp"
#include "runtime/test/manual_host.hpp"
#include "runtime/test/memory_stream.hpp"
#include "runtime/tls/settings.hpp"
#include "runtime/tls/stream.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::runtime::tls {
namespace {

using namespace std::chrono_literals;
using test::fault;
using test::make_memory_pair;
using test::manual_host;
using test::memory_options;
using test::memory_pair;

const pki::authority& authority() {
  static const pki::authority instance;
  return instance;
}

const pki::identity& gateway_identity() {
  static const pki::identity instance = authority().issue("gateway.test");
  return instance;
}

std::shared_ptr<tls_client> trusting(const std::string& authorities_pem) {
  tls_client_options options;
  options.authorities_pem = authorities_pem;
  return make_client(options).value();
}

std::shared_ptr<tls_server> presenting(const pki::identity& identity) {
  tls_server_options options;
  options.certificate_pem = identity.certificate_pem;
  options.private_key_pem = identity.private_key_pem;
  return make_server(options).value();
}

/// Both ends of one TLS connection over memory.
struct ends {
  std::unique_ptr<byte_stream> client, server;
};

task<void> keep(task<error_code> work, error_code& out) { out = co_await std::move(work); }

/// One connection after the other on a host whose clock stands still.
struct tls_bench {
  manual_host on;
  std::shared_ptr<tls_client> client_settings = trusting(authority().certificate_pem());
  std::shared_ptr<tls_server> server_settings = presenting(gateway_identity());
  endpoint to{"gateway.test", 443};
  memory_options wire;
  error_code client_outcome, server_outcome;

  ends wrap(memory_pair pair) {
    return {wrap_client(std::move(pair.client), client_settings, to, on.clock()),
            wrap_server(std::move(pair.server), server_settings, on.clock())};
  }
  ends open() { return wrap(make_memory_pair(on.executor(), wire)); }

  task<void> shake(byte_stream& client, byte_stream& server) {
    task_group group{on};
    group.spawn("server", keep(server.handshake(), server_outcome));
    client_outcome = co_await client.handshake();
    if (client_outcome) client.close();
    co_await group.join();
  }
  ends connect() {
    ends made = open();
    on.run(shake(*made.client, *made.server));
    return made;
  }
  error_code failure_of_client() {
    const ends made = connect();
    return client_outcome;
  }
};

bool resumed(const byte_stream& one) { return dynamic_cast<const stream&>(one).resumed(); }

task<void> send(byte_stream& to, std::string_view bytes, std::size_t step, error_code& out) {
  while (!bytes.empty() && !out) {
    out = co_await to.write(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
  if (!out) out = co_await to.shutdown_send();
}

task<void> receive(byte_stream& from, std::string& all, error_code& end) {
  std::vector<char> buffer(5000);
  while (!end) {
    const auto count = co_await from.read_some(buffer);
    if (count) {
      all.append(buffer.data(), *count);
    } else {
      end = count.error();
    }
  }
}

struct transfer {
  std::string sent, received;
  error_code send_outcome, receive_outcome;
};

task<void> exchange_both_ways(manual_host& on, ends& between, transfer& up, transfer& down,
                              std::size_t step) {
  task_group group{on};
  group.spawn("client sends", send(*between.client, up.sent, step, up.send_outcome));
  group.spawn("server sends", send(*between.server, down.sent, step, down.send_outcome));
  group.spawn("client receives", receive(*between.client, down.received, down.receive_outcome));
  group.spawn("server receives", receive(*between.server, up.received, up.receive_outcome));
  co_await group.join();
}

class TlsTransfer : public testing::TestWithParam<memory_options> {};

TEST_P(TlsTransfer, CarriesBothDirectionsAtOnceAndEndsInOrder) {
  tls_bench with;
  with.wire = GetParam();
  ends between = with.connect();
  ASSERT_EQ(with.client_outcome, error_code{});
  ASSERT_EQ(with.server_outcome, error_code{});
  transfer up, down;
  for (int i = 0; i < 20'000; ++i) up.sent += std::to_string(i);
  for (int i = 0; i < 30'000; ++i) down.sent += std::to_string(i * 7);
  with.on.run(exchange_both_ways(with.on, between, up, down, 20'011));
  EXPECT_EQ(up.received, up.sent);
  EXPECT_EQ(down.received, down.sent);
  EXPECT_EQ(up.send_outcome, error_code{});
  EXPECT_EQ(down.send_outcome, error_code{});
  EXPECT_EQ(up.receive_outcome, errc::end_of_stream);
  EXPECT_EQ(down.receive_outcome, errc::end_of_stream);
}

INSTANTIATE_TEST_SUITE_P(Wires, TlsTransfer,
                         testing::Values(memory_options{}, memory_options{.window_bytes = 1000},
                                         memory_options{.window_bytes = 1 << 20, .read_bytes_max = 100},
                                         memory_options{.window_bytes = 17, .read_bytes_max = 1}));

TEST(TlsClient, ChecksDatesByTheHostsClock) {
  const auto day = std::chrono::sys_days{std::chrono::January / 1 / 2030};
  pki::certificate_request wanted{{"gateway.test"}, {day, day + 24h}};
  tls_bench with;
  with.server_settings = presenting(authority().issue(wanted));
  with.on.clock().set_wall(day - 1s);
  EXPECT_EQ(with.failure_of_client(), errc::certificate_not_yet_valid);
  EXPECT_EQ(with.server_outcome, errc::tls_failed) << "the server sees the alert";
  with.on.clock().set_wall(day + 1s);
  EXPECT_EQ(with.failure_of_client(), error_code{});
  with.on.clock().set_wall(day + 24h + 2s);
  EXPECT_EQ(with.failure_of_client(), errc::certificate_expired) << "also with a session to resume";
}

TEST(TlsClient, ChecksTheHostName) {
  pki::certificate_request wanted{{"gateway.test", "*.edge.test", "192.0.2.7", "2001:db8::7"}, {}};
  tls_bench with;
  with.server_settings = presenting(authority().issue(wanted));
  for (const std::string good :
       {"gateway.test", "GATEWAY.test", "gateway.test.", "a.edge.test", "192.0.2.7", "2001:db8::7"}) {
    with.to.host = good;
    EXPECT_EQ(with.failure_of_client(), error_code{}) << good;
  }
  for (const std::string bad : {"other.test", "gateway.test.evil", "a.b.edge.test", "edge.test", "192.0.2.8",
                                "2001:db8::8", "xgateway.test"}) {
    with.to.host = bad;
    EXPECT_EQ(with.failure_of_client(), errc::certificate_wrong_host) << bad;
  }
}

TEST(TlsClient, TrustsOnlyTheGivenAuthorities) {
  tls_bench with;
  with.client_settings = trusting(pki::authority{"another"}.certificate_pem());
  EXPECT_EQ(with.failure_of_client(), errc::certificate_untrusted);
  with.client_settings =
      trusting(pki::authority{"another"}.certificate_pem() + authority().certificate_pem());
  EXPECT_EQ(with.failure_of_client(), error_code{});
}

/// An environment variable for the time of a test.
class environment_value {
 public:
  environment_value(const char* name, const std::string& value) : name_{name} {
    setenv(name, value.c_str(), 1);
  }
  ~environment_value() { unsetenv(name_); }
  environment_value(const environment_value&) = delete;
  environment_value& operator=(const environment_value&) = delete;

 private:
  const char* name_;
};

TEST(TlsClient, HonoursTheAuthoritiesFileOfTheEnvironment) {
  std::string path = std::filesystem::temp_directory_path() / "kitfox-authorities-XXXXXX";
  ASSERT_GE(mkstemp(path.data()), 0);
  std::ofstream{path} << authority().certificate_pem();
  tls_bench with;
  {
    const environment_value file{"SSL_CERT_FILE", path};
    with.client_settings = make_client({}).value();
    EXPECT_EQ(with.failure_of_client(), error_code{});
    with.client_settings = trusting(pki::authority{}.certificate_pem());
    EXPECT_EQ(with.failure_of_client(), errc::certificate_untrusted) << "what is given counts alone";
  }
  std::filesystem::remove(path);
  with.client_settings = make_client({}).value();
  EXPECT_EQ(with.failure_of_client(), errc::certificate_untrusted);
  const environment_value missing{"SSL_CERT_FILE", path};
  EXPECT_EQ(make_client({}).error(), errc::tls_configuration_invalid);
}

TEST(TlsClient, TakesServersWithKeysOfEveryKind) {
  for (const auto kind : {pki::key_kind::ed25519, pki::key_kind::p256, pki::key_kind::rsa2048}) {
    tls_bench with;
    with.server_settings = presenting(authority().issue({{"gateway.test"}, {}, kind}));
    EXPECT_EQ(with.failure_of_client(), error_code{}) << static_cast<int>(kind);
  }
}

task<void> take_ticket(byte_stream& client, byte_stream& server) {
  std::array<char, 1> buffer;
  EXPECT_EQ(co_await server.write("x"), error_code{});
  EXPECT_EQ((co_await client.read_some(buffer)).value(), 1u);
}

TEST(TlsClient, ResumesPerServerAndOnlyWhileTheCertificateIsValid) {
  const auto day = std::chrono::sys_days{std::chrono::January / 1 / 2030};
  tls_bench with;
  with.server_settings = presenting(authority().issue({{"gateway.test", "other.test"}, {day, day + 24h}}));
  with.on.clock().set_wall(day + 1h);
  const auto open_one = [&] {
    ends made = with.connect();
    EXPECT_EQ(with.client_outcome, error_code{});
    with.on.run(take_ticket(*made.client, *made.server));
    return resumed(*made.client);
  };
  EXPECT_FALSE(open_one());
  EXPECT_TRUE(open_one());
  EXPECT_TRUE(open_one());
  with.to.host = "other.test";
  EXPECT_FALSE(open_one());
  with.to.host = "gateway.test";
  with.to.port = 8443;
  EXPECT_FALSE(open_one());
  with.to.port = 443;
  with.client_settings = trusting(authority().certificate_pem());
  EXPECT_FALSE(open_one()) << "sessions belong to the settings";
}

TEST(SessionCache, DropsTheOldestBeyondItsLimit) {
  tls_bench with;
  ends made = with.connect();
  with.on.run(take_ticket(*made.client, *made.server));
  const wall_time now = with.on.clock().wall_now();
  auto& settings = dynamic_cast<client_settings&>(*with.client_settings);
  const session_ptr session = settings.sessions.take("gateway.test:443", now);
  ASSERT_NE(session, nullptr);
  session_cache cache;
  for (std::size_t i = 0; i <= client_sessions_max; ++i) {
    SSL_SESSION_up_ref(session.get());
    cache.store(std::to_string(i), session_ptr{session.get()});
  }
  EXPECT_EQ(cache.take("0", now), nullptr);
  EXPECT_NE(cache.take("1", now), nullptr);
  EXPECT_EQ(cache.take("1", now), nullptr) << "a ticket is used once";
  EXPECT_NE(cache.take(std::to_string(client_sessions_max), now), nullptr);
}

TEST(TlsServer, AsksForCertificatesOfItsAuthority) {
  const pki::authority clients{"clients"};
  tls_server_options asks;
  asks.certificate_pem = gateway_identity().certificate_pem;
  asks.private_key_pem = gateway_identity().private_key_pem;
  asks.client_authorities_pem = clients.certificate_pem();
  tls_bench with;
  with.server_settings = make_server(asks).value();
  EXPECT_EQ(with.failure_of_client(), error_code{}) << "a certificate is optional";

  const auto presents = [&](const pki::authority& issuer) {
    const pki::identity mine = issuer.issue({{"agent"}, {}, pki::key_kind::ed25519, pki::purpose::client});
    tls_client_options options;
    options.authorities_pem = authority().certificate_pem();
    options.certificate_pem = mine.certificate_pem;
    options.private_key_pem = mine.private_key_pem;
    with.client_settings = make_client(options).value();
    const ends made = with.connect();
    return with.server_outcome;
  };
  EXPECT_EQ(presents(clients), error_code{});
  EXPECT_EQ(presents(authority()), errc::tls_failed);
}

TEST(TlsSettings, RefuseWhatCannotBeUsed) {
  const pki::identity good = gateway_identity(), other = authority().issue("other.test");
  const auto server_error = [](std::string certificate, std::string key) {
    tls_server_options options;
    options.certificate_pem = std::move(certificate);
    options.private_key_pem = std::move(key);
    return make_server(options).error();
  };
  EXPECT_EQ(server_error("", ""), errc::tls_configuration_invalid);
  EXPECT_EQ(server_error("not PEM", good.private_key_pem), errc::tls_configuration_invalid);
  EXPECT_EQ(server_error(good.certificate_pem, ""), errc::tls_configuration_invalid);
  EXPECT_EQ(server_error(good.certificate_pem, other.private_key_pem), errc::tls_configuration_invalid);
  std::string cut = good.certificate_pem;
  cut.resize(cut.size() / 2);
  EXPECT_EQ(server_error(cut, good.private_key_pem), errc::tls_configuration_invalid);
  EXPECT_EQ(server_error(good.certificate_pem + cut, good.private_key_pem), errc::tls_configuration_invalid);

  tls_client_options client;
  client.authorities_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_EQ(make_client(client).error(), errc::tls_configuration_invalid);
  client.authorities_pem = authority().certificate_pem();
  client.certificate_pem = good.certificate_pem;
  EXPECT_EQ(make_client(client).error(), errc::tls_configuration_invalid) << "a key is missing";
}

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
