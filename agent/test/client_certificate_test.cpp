// A kubeconfig's client certificate, over real TLS: an API server that knows its users by certificates sees
// it.
#include <gtest/gtest.h>

#include "agent/kube_client.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/event_sink.hpp"
#include "runtime/real_host.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::agent {
namespace {

using runtime::error_code;
using runtime::task;
using namespace std::chrono_literals;

/// An API server that lets the first connection in only with a certificate of its clients' authority, if it
/// is shown one at all.
class certificate_bench {
 public:
  /// How the server's side of the handshake ended with a client that shows a certificate of `issuer`.
  error_code outcome_with(const pki::authority& issuer) {
    const pki::identity mine = issuer.issue({{"agent"}, {}, pki::key_kind::p256, pki::purpose::client});
    access_.client_certificate_pem = mine.certificate_pem;
    access_.client_key_pem = mine.private_key_pem;
    EXPECT_EQ(host_->run(play()), 0);
    return outcome_;
  }
  [[nodiscard]] const pki::authority& clients() const noexcept { return clients_; }
  [[nodiscard]] const pki::authority& servers() const noexcept { return servers_; }

 private:
  task<void> serve(runtime::listener& at) {
    auto accepted = co_await at.accept();
    if (!accepted) co_return;
    outcome_ = co_await (*accepted)->handshake();
    // TLS 1.3: only a client that was let in gets to send its request.
    std::string request(4096, '\0');
    if (!outcome_) {
      const auto count = co_await (*accepted)->read_some(request);
      asked_ = count && request.starts_with("GET /version ");
    }
    (*accepted)->reset();
  }
  task<int> play() {
    const pki::identity identity = servers_.issue("127.0.0.1");
    runtime::tls_server_options options{identity.certificate_pem, identity.private_key_pem,
                                        clients_.certificate_pem()};
    auto tls = host_->network().make_tls_server(options);
    if (!tls) co_return 1;
    const runtime::endpoint any{"127.0.0.1", 0};
    auto listening = co_await host_->network().listen(any, *tls);
    if (!listening) co_return 2;
    access_.server_url = "https://127.0.0.1:" + std::to_string((*listening)->local().port);
    access_.authorities_pem = servers_.certificate_pem();
    auto client = kube_client::make(*host_, access_, disk_, {});
    if (!client) co_return 3;
    asked_ = false;
    runtime::task_group serving{*host_};
    serving.spawn("api server", serve(**listening));
    const auto answer = co_await (*client)->version(host_->clock().now() + 10s);
    co_await serving.join();
    co_return answer.has_error() && asked_ == !outcome_ ? 0 : 4;  // it never answers
  }

  runtime::no_events events_;
  std::unique_ptr<runtime::real_host> host_ = runtime::real_host::make(events_);
  pki::authority servers_, clients_{"clients"};
  memory_files disk_;
  kube_access access_;
  error_code outcome_;
  bool asked_ = false;
};

TEST(ClientCertificate, IsShownToTheApiServer) {
  certificate_bench bench;
  EXPECT_EQ(bench.outcome_with(bench.clients()), error_code{});
}

TEST(ClientCertificate, OfAnotherAuthorityIsRefusedWhichShowsThatItWasSeen) {
  certificate_bench bench;
  EXPECT_TRUE(bench.outcome_with(bench.servers()));
}

}  // namespace
}  // namespace kitfox::agent
