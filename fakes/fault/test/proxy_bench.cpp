#include "fakes/fault/test/proxy_bench.hpp"

#include <gtest/gtest.h>

#include "runtime/deadline.hpp"
#include "runtime/http/client.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::fault::test {
namespace {

using runtime::task;
using namespace std::chrono_literals;

struct quiet_sink final : runtime::event_sink {
  void emit(runtime::severity, std::string_view, std::span<const runtime::event_field>) override {}
};

task<error_code> finish(std::function<task<void>(proxy_bench&)> script, proxy_bench& in) {
  co_await script(in);
  co_return error_code{};
}

}  // namespace

proxy_bench::proxy_bench(std::uint64_t seed, proxy_limits limits)
    : events{std::make_unique<quiet_sink>()},
      host{runtime::real_host::make(*events)},
      random_{runtime::make_seeded_entropy(seed)},
      limits_{limits} {}

proxy_bench::~proxy_bench() = default;

void proxy_bench::run(std::function<task<void>(proxy_bench&)> script) {
  EXPECT_EQ(host->run(main(std::move(script))), 0);
}

task<int> proxy_bench::main(std::function<task<void>(proxy_bench&)> script) {
  runtime::endpoint anywhere{"127.0.0.1", 0};
  auto behind = co_await host->network().listen(anywhere, nullptr);
  auto front = co_await host->network().listen(anywhere, nullptr);
  if (!behind || !front) co_return 1;
  upstream = std::move(*behind);
  api_ = (*front)->local();
  table = std::make_unique<proxy_table>(*host, *random_, limits_);
  proxy_api api{*table};
  runtime::http::server server{*host, std::move(*front), api, {}};
  runtime::task_group serving{*host};
  serving.spawn("api", server.run());
  // A script that hangs fails, and does not hang the test.
  auto work = finish(std::move(script), *this);
  const error_code outcome = co_await runtime::with_timeout(host->clock(), 30s, std::move(work));
  EXPECT_EQ(outcome, error_code{});
  server.close_all();
  co_await serving.join();
  co_await table->close();
  table.reset();
  upstream.reset();
  co_return 0;
}

task<proxy_bench::answer> proxy_bench::call(std::string method, std::string target, std::string body,
                                            std::string agent) {
  runtime::endpoint to = api_;
  auto stream = co_await host->network().dial(std::move(to), nullptr);
  EXPECT_TRUE(stream.has_value());
  runtime::http::client_connection client{std::move(*stream), {}};
  runtime::http::request asked;
  asked.method = std::move(method);
  asked.target = std::move(target);
  asked.headers.add("Host", "proxy");
  if (!body.empty()) asked.headers.add("Content-Length", std::to_string(body.size()));
  if (!agent.empty()) asked.headers.add("User-Agent", std::move(agent));
  asked.body = std::move(body);
  auto got = co_await client.roundtrip(std::move(asked));
  EXPECT_TRUE(got.has_value()) << got.error().message();
  answer made;
  made.status = got ? got->status : 0;
  made.text = got ? got->body : "";
  made.body = nlohmann::json::parse(made.text, nullptr, false);
  co_return made;
}

task<void> proxy_bench::create(std::string name, std::string more) {
  const std::string at = "127.0.0.1:" + std::to_string(upstream->local().port);
  std::string body = R"({"name": ")" + name + R"(", "listen": "127.0.0.1:0", "upstream": ")" + at + "\"";
  body += (more.empty() ? "" : ", ") + more + "}";
  const answer made = co_await call("POST", "/proxies", std::move(body));
  EXPECT_EQ(made.status, 201) << made.text;
}

task<runtime::result<std::unique_ptr<runtime::byte_stream>>> proxy_bench::dial(
    std::string name, std::shared_ptr<runtime::tls_client> tls) {
  const api_answer found = table->get(name);
  auto to = proxy_request::parse_address(found.body["listen"].get<std::string>());
  auto dialling = host->network().dial(std::move(*to), std::move(tls));
  auto made = co_await runtime::with_timeout(host->clock(), 5s, std::move(dialling));
  co_return made;
}

task<socket_bench::stream_pair> proxy_bench::connect(std::string name) {
  auto client = co_await dial(std::move(name));
  EXPECT_TRUE(client.has_value()) << client.error().message();
  auto server = co_await upstream->accept();
  EXPECT_TRUE(server.has_value());
  co_return socket_bench::stream_pair{std::move(*client), std::move(*server)};
}

}  // namespace kitfox::fault::test
