#include "agent/test/scripted_kube.hpp"

#include <algorithm>

namespace kitfox::agent::test {

namespace http = runtime::http;

http::response scripted_kube::json(int status, std::string body) {
  http::response answer;
  answer.status = status;
  answer.headers.set("Content-Type", "application/json");
  answer.body = std::move(body);
  return answer;
}

http::response scripted_kube::cluster_of_one(const http::request& asked) {
  const std::string path = asked.target.substr(0, asked.target.find('?'));
  if (path == "/version") return json(200, R"({"gitVersion":"v1.30.0","platform":"linux/amd64"})");
  if (path == "/api/v1/nodes") return json(200, R"({"metadata":{},"items":[{"metadata":{"name":"n1"}}]})");
  if (path == "/api/v1/namespaces")
    return json(200, R"({"metadata":{"remainingItemCount":1},"items":[{"metadata":{"name":"default"}}]})");
  if (path.ends_with("/pods"))
    return json(200, R"({"metadata":{},"items":[{"metadata":{"name":"web","namespace":"default"},
      "spec":{"nodeName":"n1","containers":[{"name":"c"}]},
      "status":{"phase":"Running","containerStatuses":[{"name":"c","ready":true,"restartCount":2}]}}]})");
  return json(404, R"({"kind":"Status","reason":"NotFound","message":"not here","code":404})");
}

std::size_t scripted_kube::count(std::string_view in_target) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      requests, [&](const http::request& one) { return one.target.find(in_target) != std::string::npos; }));
}

runtime::task<void> scripted_kube::wait_for_client(http::exchange& call, runtime::stop_source& ended) {
  static_cast<void>(co_await call.client_gone());
  ended.request();
}

runtime::task<void> scripted_kube::wait_for_release(runtime::stop_source& ended) {
  const runtime::error_code cancelled = co_await released_.wait();
  if (!cancelled) ended.request();
}

runtime::task<bool> scripted_kube::hang(http::exchange& call) {
  runtime::stop_source ended{host_.executor()};
  runtime::task_group both{host_};
  both.spawn("client", wait_for_client(call, ended));
  both.spawn("release", wait_for_release(ended));
  const runtime::error_code cancelled = co_await ended.wait();
  both.cancel();
  co_await both.join();
  co_return !cancelled && released_.requested();
}

runtime::task<void> scripted_kube::answer_exchange(http::exchange& call) {
  requests.push_back(call.incoming());
  http::response planned = answer(call.incoming());
  if (planned.status == 0) {
    ++hanging;
    const bool released = co_await hang(call);
    --hanging;
    if (!released) {
      call.close();
      co_return;
    }
    planned = cluster_of_one(call.incoming());
  }
  const runtime::error_code failed = co_await call.respond(std::move(planned));
  if (failed) call.close();
}

runtime::task<void> scripted_kube::run(runtime::endpoint at, std::shared_ptr<runtime::tls_server> tls) {
  auto made = co_await host_.network().listen(at, tls);
  http::server server{host_, std::move(made.value()), *this, {}};
  co_await server.run();
}

}  // namespace kitfox::agent::test
