#include "fakes/sim/certificate.hpp"
#include "fakes/sim/test/two_hosts.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using fault::tls_answer;
using runtime::errc;
using runtime::error_code;
using runtime::mono_time;
using runtime::task;

certificate certificate_of(std::string host, const simulation& sim) {
  return {{std::move(host)}, sim.wall_now() - 24h, sim.wall_now() + 24h, "test-ca", 7};
}

task<void> accept_tls(sim_host& on, std::unique_ptr<runtime::listener>& listener,
                      std::unique_ptr<runtime::byte_stream>& stream, error_code& outcome, mono_time& at) {
  auto accepted = co_await listener->accept();
  if (!accepted) {
    outcome = accepted.error();
    co_return;
  }
  stream = std::move(accepted.value());
  outcome = co_await stream->handshake();
  at = on.clock().now();
  if (outcome) stream.reset();
}

task<void> dial_within(sim_host& on, std::shared_ptr<runtime::tls_client> tls, error_code& outcome) {
  const runtime::endpoint to{"gateway", 8443};
  auto dialling = on.network().dial(to, tls);
  auto made = co_await runtime::with_timeout(on.clock(), 30s, std::move(dialling));
  outcome = made ? error_code{} : made.error();
}

task<void> read_end(runtime::byte_stream& from, std::string& bytes, error_code& outcome) {
  std::string buffer(1000, '\0');
  for (;;) {
    const auto count = co_await from.read_some(buffer);
    if (!count) {
      outcome = count.error();
      co_return;
    }
    bytes.append(buffer, 0, *count);
  }
}

task<void> say(runtime::byte_stream& to, std::string bytes, error_code& outcome) {
  outcome = co_await to.write(bytes);
}

task<void> say_and_shut(runtime::byte_stream& to, std::string bytes) {
  EXPECT_FALSE(co_await to.write(bytes));
  EXPECT_FALSE(co_await to.shutdown_send());
}

task<void> listen_here(sim_host& on, std::shared_ptr<runtime::tls_server> tls,
                       std::unique_ptr<runtime::listener>& listener) {
  const runtime::endpoint at{"", 8443};
  auto made = co_await on.network().listen(at, tls);
  EXPECT_TRUE(made.has_value());
  listener = std::move(made.value());
}

class Tls : public test::two_hosts {
 protected:
  Tls() {
    present(certificate_of("gateway", sim));
    trust(print_authority("test-ca"));
  }

  void present(const certificate& one, const std::string& client_authorities = {}) {
    server_tls = gateway.network()
                     .make_tls_server({print_certificate(one), print_private_key(one), client_authorities})
                     .value();
  }
  void trust(const std::string& authorities) {
    client_tls = agent.network().make_tls_client({authorities, {}, {}}).value();
  }
  /// Dials once; client and server are set where their side succeeded.
  void dial() {
    if (listener == nullptr) {
      tasks_of_gateway.spawn("listen", listen_here(gateway, server_tls, listener));
      ASSERT_TRUE(sim.run_for(0s).done());
    }
    client.reset();
    server.reset();
    dial_failure = {};
    start = sim.now();
    tasks_of_gateway.spawn("accept", accept_tls(gateway, listener, server, server_outcome, server_at));
    tasks_of_agent.spawn("dial", dial_one());
    EXPECT_TRUE(sim.run_until([this] { return tasks_of_agent.size() == 0; }, sim.now() + 1h).done());
    EXPECT_TRUE(sim.run_for(1s).done());
  }
  runtime::duration dial_took() const { return dialled_at - start; }

  mono_time start{};
  error_code server_outcome = errc::system_failure;
  mono_time server_at{};
};

TEST_F(Tls, AFullHandshakeTakesTwoRoundTripsAfterTheDial) {
  dial();
  EXPECT_FALSE(dial_failure);
  EXPECT_EQ(dial_took(), 60ms);
  EXPECT_FALSE(server_outcome);
  EXPECT_EQ(server_at - start, 50ms);
  EXPECT_EQ(notes.lines,
            (std::vector<std::string>{"0ms dial 1 agent->gateway", "20ms dialled 1 0", "60ms tls 1 ok"}));
}

TEST_F(Tls, AResumedSessionTakesOneRoundTripLess) {
  dial();
  dial();
  EXPECT_FALSE(dial_failure);
  EXPECT_EQ(dial_took(), 40ms);
  EXPECT_FALSE(server_outcome);
}

TEST_F(Tls, TicketsEndWithTheirLifeAndWithTheirServer) {
  dial();
  EXPECT_TRUE(sim.run_for(2h + 1s).done());
  dial();
  EXPECT_EQ(dial_took(), 60ms) << "too old";
  listener.reset();
  present(certificate_of("gateway", sim));
  dial();
  EXPECT_EQ(dial_took(), 60ms) << "another server";
}

TEST_F(Tls, ATicketDoesNotOutliveTheCertificate) {
  certificate brief = certificate_of("gateway", sim);
  brief.not_after = sim.wall_now() + 1h;
  present(brief);
  dial();
  EXPECT_TRUE(sim.run_for(1h).done());
  dial();
  EXPECT_EQ(dial_failure, errc::certificate_expired);
}

TEST_F(Tls, BytesFlowInTheClearForTheObserver) {
  dial();
  error_code outcome;
  std::string got;
  notes.lines.clear();
  tasks_of_gateway.spawn("read", read_end(*server, got, outcome));
  tasks_of_agent.spawn("say", say_and_shut(*client, "secret of the test"));
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(got, "secret of the test");
  EXPECT_EQ(outcome, errc::end_of_stream);
  EXPECT_NE(notes.lines.front().find("secret of the test"), std::string::npos);
}

TEST_F(Tls, TheClientChecksAuthorityDatesAndHost) {
  const certificate good = certificate_of("gateway", sim);
  certificate foreign = good, early = good, late = good, other = good;
  foreign.issuer = "unknown-ca";
  early.not_before = sim.wall_now() + 1h;
  late.not_after = sim.wall_now() - 1h;
  other.hosts = {"elsewhere"};
  const std::vector<std::pair<certificate, errc>> cases{{foreign, errc::certificate_untrusted},
                                                        {early, errc::certificate_not_yet_valid},
                                                        {late, errc::certificate_expired},
                                                        {other, errc::certificate_wrong_host}};
  for (const auto& [presented, failure] : cases) {
    present(presented);
    listener.reset();
    dial();
    EXPECT_EQ(dial_failure, failure);
    EXPECT_EQ(dial_took(), 40ms) << "known with the server's first flight";
    EXPECT_EQ(server_outcome, errc::tls_failed);
    EXPECT_EQ(notes.lines.back().find("ok"), std::string::npos);
  }
}

TEST_F(Tls, DatesAreCheckedByTheClientsOwnClock) {
  agent.jump_clock(time_line::wall, 48h);
  dial();
  EXPECT_EQ(dial_failure, errc::certificate_expired);
  agent.jump_clock(time_line::wall, -96h);
  dial();
  EXPECT_EQ(dial_failure, errc::certificate_not_yet_valid);
  agent.jump_clock(time_line::wall, 48h);
  dial();
  EXPECT_FALSE(dial_failure);
}

TEST_F(Tls, WithoutAuthoritiesTheMachinesOwnAreTrusted) {
  trust("");
  dial();
  EXPECT_EQ(dial_failure, errc::certificate_untrusted);
  sim_host& trusting = sim.start_host("trusting", {nullptr, {}, print_authority("test-ca")});
  client_tls = trusting.network().make_tls_client({}).value();
  runtime::task_group tasks{trusting};
  error_code outcome = errc::system_failure;
  tasks_of_gateway.spawn("accept", accept_tls(gateway, listener, server, server_outcome, server_at));
  tasks.spawn("dial", dial_within(trusting, client_tls, outcome));
  ASSERT_TRUE(sim.run_for(10s).done());
  EXPECT_FALSE(outcome);
}

TEST_F(Tls, ThePathMayPresentAnotherCertificateOrAnAlert) {
  const std::vector<std::pair<tls_answer, errc>> cases{
      {tls_answer::alert, errc::tls_failed},
      {tls_answer::expired, errc::certificate_expired},
      {tls_answer::not_yet_valid, errc::certificate_not_yet_valid},
      {tls_answer::wrong_host, errc::certificate_wrong_host},
      {tls_answer::unknown_authority, errc::certificate_untrusted}};
  for (const auto& [answer, failure] : cases) {
    wire.switches.tls = answer;
    dial();
    EXPECT_EQ(dial_failure, failure);
    EXPECT_EQ(server_outcome, errc::end_of_stream) << "the server never saw a hello";
  }
}

TEST_F(Tls, AStalledHandshakeEndsByTheCallersLimit) {
  wire.switches.tls = tls_answer::stall;
  error_code outcome;
  tasks_of_gateway.spawn("listen", listen_here(gateway, server_tls, listener));
  ASSERT_TRUE(sim.run_for(0s).done());
  tasks_of_gateway.spawn("accept", accept_tls(gateway, listener, server, server_outcome, server_at));
  tasks_of_agent.spawn("dial", dial_within(agent, client_tls, outcome));
  ASSERT_TRUE(sim.run_until(mono_time{29s}).done());
  EXPECT_EQ(tasks_of_agent.size(), 1U);
  ASSERT_TRUE(sim.run_until(mono_time{31s}).done());
  EXPECT_EQ(outcome, errc::timed_out);
  EXPECT_EQ(notes.lines[2], "30000ms tls 1 given up");
  EXPECT_EQ(server_outcome, errc::end_of_stream);
}

TEST_F(Tls, AServerThatDoesNotShakeHandsKeepsTheClientWaiting) {
  tasks_of_gateway.spawn("accept", accept_one());
  tasks_of_agent.spawn("dial", dial_one());
  ASSERT_TRUE(sim.run_for(10s).done());
  EXPECT_EQ(tasks_of_agent.size(), 1U);
  error_code outcome;
  std::string none;
  tasks_of_gateway.spawn("read", read_end(*server, none, outcome));
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(outcome, errc::not_connected) << "handshake() comes first";
  server->reset();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(dial_failure, errc::connection_reset);
}

TEST_F(Tls, APlainClientFailsTheServersHandshake) {
  client_tls = nullptr;
  dial();
  EXPECT_FALSE(dial_failure);
  error_code outcome;
  tasks_of_agent.spawn("say", say(*client, "GET / HTTP/1.1\r\n\r\n", outcome));
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(server_outcome, errc::tls_failed);
}

TEST_F(Tls, ATlsClientFailsAtAPlainServerThatAnswers) {
  server_tls = nullptr;
  tasks_of_gateway.spawn("accept", accept_one());
  tasks_of_agent.spawn("dial", dial_one());
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(tasks_of_agent.size(), 1U) << "it waits for the server's hello";
  std::string got;
  error_code end, said;
  tasks_of_gateway.spawn("read", read_end(*server, got, end));
  tasks_of_gateway.spawn("say", say(*server, "HTTP/1.1 400 Bad Request\r\n\r\n", said));
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(dial_failure, errc::tls_failed);
  EXPECT_EQ(got.substr(0, 2), "\x16\x03") << "the hello is what a plain server reads";
}

TEST_F(Tls, ATlsClientFailsAtAPlainServerThatCloses) {
  server_tls = nullptr;
  tasks_of_gateway.spawn("accept", accept_one());
  tasks_of_agent.spawn("dial", dial_one());
  ASSERT_TRUE(sim.run_for(25ms).done());
  server->close();
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(dial_failure, errc::end_of_stream);
}

TEST_F(Tls, AClientCertificateIsCheckedByTheServersClock) {
  certificate mine = certificate_of("agent", sim);
  mine.issuer = "client-ca";
  present(certificate_of("gateway", sim), print_authority("client-ca"));
  client_tls =
      agent.network()
          .make_tls_client({print_authority("test-ca"), print_certificate(mine), print_private_key(mine)})
          .value();
  dial();
  EXPECT_FALSE(dial_failure);
  EXPECT_FALSE(server_outcome);
  gateway.jump_clock(time_line::wall, 48h);
  client_tls =
      agent.network()
          .make_tls_client({print_authority("test-ca"), print_certificate(mine), print_private_key(mine)})
          .value();
  dial();
  EXPECT_EQ(server_outcome, errc::tls_failed);
  EXPECT_EQ(dial_failure, errc::tls_failed);
}

TEST_F(Tls, CloseSaysGoodbyeButAKilledProcessDoesNot) {
  dial();
  std::string none;
  error_code first, second;
  server->close();
  tasks_of_agent.spawn("read", read_end(*client, none, first));
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(first, errc::end_of_stream);
  dial();
  tasks_of_agent.spawn("read", read_end(*client, none, second));
  gateway.kill(kill_mode::fin);
  ASSERT_TRUE(sim.run_for(1s).done());
  EXPECT_EQ(second, errc::tls_truncated);
}

TEST_F(Tls, SettingsThatAreNoneAreRefused) {
  const certificate one = certificate_of("gateway", sim);
  certificate another = one;
  another.serial = 8;
  auto& network = gateway.network();
  EXPECT_EQ(network.make_tls_server({print_certificate(one), print_private_key(another), {}}).error(),
            errc::tls_configuration_invalid);
  EXPECT_EQ(network.make_tls_server({"", "", {}}).error(), errc::tls_configuration_invalid);
  EXPECT_EQ(network.make_tls_server({print_certificate(one), print_private_key(one), "x"}).error(),
            errc::tls_configuration_invalid);
  EXPECT_EQ(network.make_tls_client({"garbage", {}, {}}).error(), errc::tls_configuration_invalid);
  EXPECT_EQ(network.make_tls_client({{}, print_certificate(one), {}}).error(),
            errc::tls_configuration_invalid);
}

}  // namespace
}  // namespace kitfox::sim
