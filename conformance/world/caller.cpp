#include "conformance/world/caller.hpp"

#include "runtime/deadline.hpp"

namespace kitfox::conformance {

namespace http = runtime::http;

runtime::task<runtime::result<std::unique_ptr<runtime::byte_stream>>> caller::dial(listener to) {
  const service_address where = to == listener::callers ? world_.caller_service() : world_.agent_service();
  auto dialling = world_.harness().network().dial(where.at, where.tls);
  co_return co_await runtime::with_timeout(world_.harness().clock(), std::chrono::seconds{30},
                                           std::move(dialling));
}

runtime::task<runtime::result<caller::connection>> caller::connect(listener to) {
  auto stream = co_await dial(to);
  if (!stream) co_return stream.error();
  http::limits bounds;
  bounds.body_bytes_max = 16 * 1024 * 1024;
  co_return std::make_unique<http::client_connection>(std::move(*stream), bounds);
}

runtime::task<runtime::result<http::response>> caller::exchange(listener to, http::request message) {
  for (;;) {
    connection use;
    bool kept = false;
    if (auto& idle = idle_[to]; !idle.empty()) {
      use = std::move(idle.back());
      idle.pop_back();
      kept = true;
    } else {
      auto fresh = co_await connect(to);
      if (!fresh) co_return fresh.error();
      use = std::move(*fresh);
    }
    auto roundtrip = use->roundtrip(message);
    auto answer =
        co_await runtime::with_timeout(world_.harness().clock(), exchange_timeout, std::move(roundtrip));
    if (answer && use->reusable() && idle_[to].size() < idle_connections_max)
      idle_[to].push_back(std::move(use));
    const bool stale = kept && !answer && answer.error() != runtime::errc::timed_out &&
                       answer.error() != runtime::errc::cancelled;
    if (!stale) co_return answer;
  }
}

runtime::task<runtime::result<http::response>> caller::exchange_elsewhere(std::string where,
                                                                          http::request message) {
  const std::size_t query = where.find('?');
  const auto url = http::parse_url(std::string_view{where}.substr(0, query));
  if (!url) co_return url.error();
  message.target =
      (url->path.empty() ? "/" : url->path) + (query == std::string::npos ? "" : where.substr(query));
  message.headers.add("Host", url->host_header());
  const auto tls = url->scheme == http::url::scheme_kind::https ? world_.trust_elsewhere() : nullptr;
  auto dialling = world_.harness().network().dial(url->authority, tls);
  auto stream =
      co_await runtime::with_timeout(world_.harness().clock(), std::chrono::seconds{30}, std::move(dialling));
  if (!stream) co_return stream.error();
  http::client_connection use{std::move(*stream), {}};
  auto roundtrip = use.roundtrip(message);
  co_return co_await runtime::with_timeout(world_.harness().clock(), std::chrono::seconds{30},
                                           std::move(roundtrip));
}

http::request caller::make_request(std::string method, std::string target, const std::string& team,
                                   bool administrator, std::string body) const {
  http::request out;
  out.method = std::move(method);
  out.target = std::move(target);
  out.headers.add("Host", world_.caller_service().host);
  out.headers.add("X-Internal-Service", world_.credential(team, administrator));
  if (!body.empty()) out.headers.add("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}

}  // namespace kitfox::conformance
