#include "agent/metrics_server.hpp"

#include "runtime/http/server.hpp"

namespace kitfox::agent {

namespace http = runtime::http;

namespace {

class metrics_handler final : public http::handler {
 public:
  metrics_handler(runtime::host& on, const agent_metrics& metrics) : host_{on}, metrics_{metrics} {}

  runtime::task<void> answer_exchange(http::exchange& call) override {
    const auto target = http::split_target(call.incoming().target);
    const std::string path = target ? target->path : std::string{};
    http::response answer;
    answer.headers.set("Content-Type", "text/plain; charset=utf-8");
    if (call.incoming().method != "GET") {
      answer.status = 405;
      answer.headers.set("Allow", "GET");
    } else if (path == "/metrics") {
      answer.headers.set("Content-Type", "text/plain; version=0.0.4");
      answer.body = print_metrics(metrics_, host_.clock().now());
    } else if (path == "/healthz") {
      answer.body = "ok\n";
    } else {
      answer.status = 404;
    }
    const runtime::error_code failure = co_await call.respond(std::move(answer));
    if (failure) call.close();
  }

 private:
  runtime::host& host_;
  const agent_metrics& metrics_;
};

}  // namespace

runtime::task<void> serve_metrics(runtime::host& on, std::uint16_t port, const agent_metrics& metrics) {
  runtime::endpoint at{"127.0.0.1", port};
  auto listening = co_await on.network().listen(at, nullptr);
  if (!listening) {
    const std::string error = listening.error().message();
    on.events().warning("metrics_unavailable", {{"error", error}});
    co_return;
  }
  on.events().info("metrics_listening", {{"port", std::uint64_t{(*listening)->local().port}}});
  metrics_handler handler{on, metrics};
  http::server_options options;
  options.connections_max = metrics_connections_max;
  http::server server{on, std::move(*listening), handler, options};
  co_await server.run();
}

}  // namespace kitfox::agent
