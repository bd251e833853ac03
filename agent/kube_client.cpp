#include "agent/kube_client.hpp"

#include <nlohmann/json.hpp>

#include "agent/redacting_host.hpp"
#include "protocol/ids.hpp"
#include "protocol/timestamps.hpp"
#include "runtime/errc.hpp"

namespace kitfox::agent {

using nlohmann::json;
using runtime::mono_time;
using runtime::task;
namespace http = runtime::http;

namespace {

constexpr std::size_t json_depth_max = 64;

http_pool_options pool_options_of(const kube_options& options) {
  http_pool_options pool;
  pool.connections_max = options.connections_max;
  pool.idle_connections_max = options.idle_connections_max;
  pool.idle_max = options.idle_max;
  pool.dial_timeout = options.dial_timeout;
  pool.bounds.body_bytes_max = options.page_bytes_max;
  pool.on_dead = dead_kept::resend;
  return pool;
}

kube_subject subject_of(const kube_read& what) {
  const std::string resource =
      what.subresource.empty() ? what.resource : what.resource + "/" + what.subresource;
  return {what.verb, resource, what.namespace_name};
}

kube_failure transport_failure(error_code error, kube_subject subject) {
  kube_failure failure{.subject = std::move(subject)};
  failure.message = error.message();
  if (error == runtime::errc::timed_out) failure.what = kube_failure::kind::timeout;
  if (error == http::errc::body_too_large) failure.what = kube_failure::kind::too_large;
  if (error == http::errc::malformed || error == http::errc::header_too_large)
    failure.what = kube_failure::kind::malformed;
  return failure;
}

/// Leaves managedFields out and gives up below json_depth_max.
struct answer_filter {
  bool operator()(int depth, json::parse_event_t event, json& value) {
    if (static_cast<std::size_t>(depth) > json_depth_max) too_deep = true;
    if (too_deep) return false;
    return event != json::parse_event_t::key || value != "managedFields";
  }
  bool& too_deep;
};

}  // namespace

std::string target_of(const kube_read& what, const std::string& prefix) {
  std::string target = prefix;
  const auto slash = what.group_version.find('/');
  if (slash == std::string::npos) {
    target += "/api/" + protocol::percent_encode(what.group_version);
  } else {
    target += "/apis/" + protocol::percent_encode(what.group_version.substr(0, slash)) + "/" +
              protocol::percent_encode(what.group_version.substr(slash + 1));
  }
  if (!what.namespace_name.empty()) target += "/namespaces/" + protocol::percent_encode(what.namespace_name);
  for (const std::string* part : {&what.resource, &what.name, &what.subresource})
    if (!part->empty()) target += "/" + protocol::percent_encode(*part);
  char separator = '?';
  for (const auto& [name, value] : what.query) {
    target += separator + protocol::percent_encode(name) + "=" + protocol::percent_encode(value);
    separator = '&';
  }
  return target;
}

kube_result<json> parse_answer(std::string_view body, const kube_subject& subject) {
  bool too_deep = false;
  json value = json::parse(body, answer_filter{too_deep}, /*allow_exceptions=*/false);
  if (!too_deep && value.is_object())
    return kube_result<json>{boost::system::in_place_value, std::move(value)};
  kube_failure failure{.what = kube_failure::kind::malformed, .subject = subject};
  failure.message = "the answer is no JSON object";
  return failure;
}

result<std::unique_ptr<kube_client>> kube_client::make(runtime::host& on, const kube_access& access,
                                                       files& disk, const kube_options& options) {
  const auto server = http::parse_url(access.server_url);
  if (!server) return agent_errc::no_kubernetes_access;
  std::shared_ptr<runtime::tls_client> tls;  // owners: this client, and connections that still end
  if (server->scheme == http::url::scheme_kind::https) {
    const runtime::tls_client_options trust{access.authorities_pem, access.client_certificate_pem,
                                            access.client_key_pem};
    auto made = on.network().make_tls_client(trust);
    if (!made) return made.error();
    tls = std::move(*made);
  }
  return std::unique_ptr<kube_client>{new kube_client{on, access, disk, options, *server, std::move(tls)}};
}

kube_client::kube_client(runtime::host& on, const kube_access& access, files& disk,
                         const kube_options& options, http::url server,
                         std::shared_ptr<runtime::tls_client> tls)
    : host_{on},
      options_{options},
      server_{std::move(server)},
      token_{access, disk, options.token_reread},
      pool_{on, server_.authority, std::move(tls), pool_options_of(options)} {}

task<kube_result<http::response>> kube_client::exchange(std::string target, std::string accept,
                                                        kube_subject subject, mono_time deadline) {
  for (bool retried = false;; retried = true) {
    const std::string token = token_.current(host_.clock().now());
    http::request message;
    message.target = target;
    message.headers.add("Host", server_.host_header());
    message.headers.add("Accept", accept);
    message.headers.add("User-Agent", "kitfox-agent");
    if (!token.empty()) message.headers.add("Authorization", "Bearer " + token);
    const http_pool::patience limits{deadline - host_.clock().now(), deadline};
    auto answer = co_await pool_.exchange(std::move(message), limits);
    if (!answer) co_return transport_failure(answer.error(), std::move(subject));
    if (answer->status != 401 || retried ||
        token_.on_refused(token, host_.clock().now()) == kube_token::after_refusal::unchanged)
      co_return std::move(*answer);
  }
}

task<kube_result<std::string>> kube_client::fetch(std::string target, std::string accept,
                                                  kube_subject subject, mono_time deadline) {
  auto answer = co_await exchange(std::move(target), std::move(accept), subject, deadline);
  if (!answer) co_return answer.error();
  if (answer->status == 200 || answer->status == 204) co_return std::move(answer->body);
  std::optional<runtime::duration> retry_after;
  if (const auto field = answer->headers.get("Retry-After")) {
    const auto asked = protocol::parse_retry_after(*field, host_.clock().wall_now());
    if (asked) retry_after = *asked;
  }
  kube_failure failure = refusal_of(answer->status, answer->body, std::move(subject), retry_after);
  // Its words go into logs and answers, and the server has seen the token.
  const std::string& token = token_.current(host_.clock().now());
  failure.message = without(std::move(failure.message), token, "[token]");
  failure.reason = without(std::move(failure.reason), token, "[token]");
  co_return failure;
}

task<kube_result<json>> kube_client::read(kube_read what, mono_time deadline) {
  const kube_subject subject = subject_of(what);
  auto body = co_await fetch(target_of(what, server_.path), "application/json", subject, deadline);
  if (!body) co_return body.error();
  co_return parse_answer(*body, subject);
}

task<kube_result<std::string>> kube_client::read_text(kube_read what, mono_time deadline) {
  co_return co_await fetch(target_of(what, server_.path), "*/*", subject_of(what), deadline);
}

task<kube_result<json>> kube_client::version(mono_time deadline) {
  const kube_subject subject{"get", "", ""};
  auto body = co_await fetch(server_.path + "/version", "application/json", subject, deadline);
  if (!body) co_return body.error();
  co_return parse_answer(*body, subject);
}

}  // namespace kitfox::agent
