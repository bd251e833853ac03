#include <gtest/gtest.h>

#include "fakes/kube/serve_api.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/http/client.hpp"
#include "runtime/real_host.hpp"
#include "runtime/task_group.hpp"

// The same service over real sockets, with TLS.
namespace kitfox::kube {
namespace {

using runtime::error_code;
using runtime::task;
using runtime::http::client_connection;

struct silent_sink final : runtime::event_sink {
  void emit(runtime::severity, std::string_view, std::span<const runtime::event_field>) override {}
};

runtime::http::request get(const std::string& target, const std::string& token) {
  runtime::http::request request;
  request.target = target;
  request.headers.add("Host", "127.0.0.1");
  request.headers.add("Authorization", "Bearer " + token);
  return request;
}

task<void> visit(runtime::host& on, api_server& server, const runtime::endpoint& at,
                 std::shared_ptr<runtime::tls_client> tls) {
  auto stream = co_await on.network().dial(at, tls);
  EXPECT_TRUE(stream.has_value()) << stream.error().message();
  if (!stream) co_return;
  client_connection connection{std::move(*stream), {}};
  const auto refused = co_await connection.roundtrip(get("/api/v1/namespaces", "wrong"));
  EXPECT_TRUE(refused.has_value());
  if (!refused) co_return;
  EXPECT_EQ(refused->status, 401);
  const auto head = co_await connection.start(
      get("/api/v1/namespaces?watch=1&resourceVersion=" + std::to_string(server.objects().revision()), "t"));
  EXPECT_TRUE(head.has_value());
  const auto stored = server.put(
      {{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", "new"}}}}, on.clock().wall_now());
  EXPECT_TRUE(stored.has_value());
  const auto line = co_await connection.read_body();
  EXPECT_TRUE(line.has_value() && line->find("\"new\"") != std::string::npos);
}

task<int> session(runtime::real_host& on) {
  const pki::authority authority;
  const pki::identity identity = authority.issue("127.0.0.1");
  auto tls = on.network().make_tls_server({identity.certificate_pem, identity.private_key_pem, {}});
  EXPECT_TRUE(tls.has_value());
  const runtime::endpoint anywhere{"127.0.0.1", 0};
  auto listener = co_await on.network().listen(anywhere, *tls);
  EXPECT_TRUE(listener.has_value());
  api_server server{{}, on.clock().wall_now()};
  server.tokens().add_token("t", {"root", {}, {std::string{group_masters}}, {}});
  api_service service{on, std::move(*listener), server};
  runtime::task_group tasks{on};
  tasks.spawn("serve", service.run());
  auto trust = on.network().make_tls_client({authority.certificate_pem(), {}, {}});
  EXPECT_TRUE(trust.has_value());
  const runtime::endpoint local = service.local();
  co_await visit(on, server, local, *trust);
  service.stop();
  co_await tasks.join();
  co_return 0;
}

TEST(ServeApiOverSockets, AnswersAndStreamsOverTls) {
  silent_sink events;
  const auto host = runtime::real_host::make(events);
  EXPECT_EQ(host->run(session(*host)), 0);
}

}  // namespace
}  // namespace kitfox::kube
