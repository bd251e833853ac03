#include "conformance/live/kube_admin.hpp"

#include "runtime/deadline.hpp"

namespace kitfox::conformance {

namespace http = runtime::http;

runtime::result<std::unique_ptr<kube_admin>> kube_admin::make(runtime::host& on,
                                                              const agent::kube_access& with) {
  std::unique_ptr<kube_admin> out{new kube_admin{on, with}};
  auto server = http::parse_url(with.server_url);
  if (!server) return server.error();
  out->server_ = std::move(*server);
  if (out->server_.scheme == http::url::scheme_kind::https) {
    auto trust = on.network().make_tls_client({with.authorities_pem, {}, {}});
    if (!trust) return trust.error();
    out->trust_ = std::move(*trust);
    // Agents come through a relay that trusts the same server: it must not come with the administrator's
    // certificate.
    auto own = on.network().make_tls_client(
        {with.authorities_pem, with.client_certificate_pem, with.client_key_pem});
    if (!own) return own.error();
    out->own_ = std::move(*own);
  }
  return out;
}

runtime::task<runtime::error_code> kube_admin::dial() {
  runtime::endpoint at = server_.authority;
  auto stream = co_await host_.network().dial(std::move(at), own_);
  if (!stream) co_return stream.error();
  http::limits bounds;
  bounds.body_bytes_max = answer_bytes_max;
  connection_.emplace(std::move(*stream), bounds);
  co_return runtime::error_code{};
}

runtime::task<runtime::result<http::response>> kube_admin::try_once(http::request message) {
  if (!connection_) {
    const runtime::error_code failure = co_await dial();
    if (failure) co_return failure;
  }
  auto answer = co_await connection_->roundtrip(std::move(message));
  if (!answer || !connection_->reusable()) connection_.reset();
  co_return std::move(answer);
}

runtime::task<runtime::result<http::response>> kube_admin::ask(http::request message) {
  message.headers.set("Host", server_.host_header());
  if (!message.headers.get("Authorization") && !token_.empty())
    message.headers.add("Authorization", "Bearer " + token_);
  if (!message.headers.get("Accept")) message.headers.add("Accept", "application/json");
  message.target = server_.path + message.target;
  const runtime::mono_time until = host_.clock().now() + answer_timeout;
  // A server may close an idle connection at any time; what it has not read it has not done.
  const bool may_be_stale = connection_.has_value();
  http::request again = may_be_stale ? message : http::request{};
  auto first = try_once(std::move(message));
  auto answer = co_await runtime::with_deadline(host_.clock(), until, std::move(first));
  if (!answer && may_be_stale && answer.error() != runtime::errc::timed_out &&
      answer.error() != runtime::errc::cancelled) {
    auto second = try_once(std::move(again));
    answer = co_await runtime::with_deadline(host_.clock(), until, std::move(second));
  }
  if (!answer) connection_.reset();
  co_return std::move(answer);
}

runtime::task<runtime::result<http::response>> kube_admin::ask(std::string method, std::string target,
                                                               nlohmann::json body) {
  http::request message;
  message.method = std::move(method);
  message.target = std::move(target);
  if (!body.is_null()) {
    const bool patch = message.method == "PATCH";
    message.headers.add("Content-Type", patch ? "application/merge-patch+json" : "application/json");
    message.body = body.dump();
  }
  co_return co_await ask(std::move(message));
}

std::string message_of_answer(const http::response& answer) {
  constexpr std::size_t shown_bytes_max = 300;
  const nlohmann::json body = nlohmann::json::parse(answer.body, nullptr, false);
  std::string text = answer.body;
  if (body.is_object() && body.contains("message") && body["message"].is_string())
    text = body["message"].get<std::string>();
  return std::to_string(answer.status) + " " + text.substr(0, shown_bytes_max);
}

}  // namespace kitfox::conformance
