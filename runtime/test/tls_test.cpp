#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "runtime/deadline.hpp"
#include "runtime/test/tls_bench.hpp"

namespace kitfox::runtime::tls {
namespace {

using namespace std::chrono_literals;

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

  EXPECT_EQ(find_fault(cut, ""), identity_fault::certificate);
  EXPECT_EQ(find_fault(good.certificate_pem, good.certificate_pem), identity_fault::private_key);
  EXPECT_EQ(find_fault(good.certificate_pem, other.private_key_pem), identity_fault::not_a_pair);
  EXPECT_EQ(find_fault(good.certificate_pem, good.private_key_pem), identity_fault::none);

  tls_client_options client;
  client.authorities_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_EQ(make_client(client).error(), errc::tls_configuration_invalid);
  client.authorities_pem = authority().certificate_pem();
  client.certificate_pem = good.certificate_pem;
  EXPECT_EQ(make_client(client).error(), errc::tls_configuration_invalid) << "a key is missing";
}

}  // namespace
}  // namespace kitfox::runtime::tls
