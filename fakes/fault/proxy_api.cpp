#include "fakes/fault/proxy_api.hpp"

#include <utility>

#include "fakes/fault/proxy_entry.hpp"

namespace kitfox::fault {
namespace {

namespace http = runtime::http;
using nlohmann::json;

/// What clients check before they use an endpoint that is newer than they are.
constexpr const char* spoken_version = "2.12.0";

http::response text_response(int status, std::string type, std::string body) {
  http::response made;
  made.status = status;
  if (status != 204) made.headers.add("Content-Type", std::move(type));
  made.body = std::move(body);
  return made;
}

/// "/proxies/a%20b/toxics" -> proxies, "a b", toxics. Empty when an escape is malformed.
std::optional<std::vector<std::string>> segments_of(std::string_view target) {
  std::vector<std::string> found;
  target = target.substr(0, target.find('?'));
  while (!target.empty()) {
    target.remove_prefix(1);
    const auto slash = target.find('/');
    auto decoded = http::percent_decode(target.substr(0, slash));
    if (!decoded) return std::nullopt;
    if (!decoded->empty()) found.push_back(std::move(*decoded));
    target = slash == std::string_view::npos ? std::string_view{} : target.substr(slash);
  }
  return found;
}

bool changes(const std::string& method) { return method == "POST" || method == "PATCH"; }

}  // namespace

runtime::task<void> proxy_api::answer_exchange(http::exchange& call) {
  http::response made = co_await answer(call.incoming());
  const error_code unsent = co_await call.respond(std::move(made));
  if (unsent) call.close();
}

runtime::task<http::response> proxy_api::answer(const http::request& asked) {
  const auto agent = asked.headers.get("user-agent");
  if (agent && agent->starts_with("Mozilla/")) {
    co_return text_response(403, "text/plain", "User agent not allowed\n");
  }
  if (asked.target == "/metrics" && asked.method == "GET") {
    co_return text_response(200, "text/plain; version=0.0.4", table_.metrics());
  }
  if (asked.target == "/ca" && asked.method == "GET") {
    co_return text_response(200, "application/x-pem-file", table_.authority_pem());
  }
  const std::unique_ptr<proxy_table::turn> turn = co_await table_.take_turn();
  if (turn == nullptr) co_return text_response(503, "text/plain", "");
  const api_answer made = co_await dispatch(asked);
  co_return text_response(made.status, "application/json", made.status == 204 ? "" : made.body.dump() + "\n");
}

runtime::task<api_answer> proxy_api::dispatch(const http::request& asked) {
  const auto path = segments_of(asked.target);
  if (!path || path->empty()) co_return api_answer::refusal(404, "page not found");
  const std::string& method = asked.method;
  json body;
  if (changes(method) && !asked.body.empty()) {
    body = json::parse(asked.body, nullptr, false);
    if (body.is_discarded()) co_return api_answer::refusal(400, "bad request body: not JSON");
  }
  const std::string& first = path->front();
  if (path->size() == 1) {
    if (first == "version" && method == "GET") co_return api_answer{200, {{"version", spoken_version}}};
    if (first == "reset" && method == "POST") co_return table_.reset();
    if (first == "firings" && method == "GET") co_return table_.firings();
    if (first == "proxies" && method == "GET") co_return table_.list();
    if (first == "proxies" && method == "POST") {
      api_answer made = co_await table_.create(std::move(body));
      co_return made;
    }
    if (first == "populate" && method == "POST") {
      api_answer made = co_await table_.populate(std::move(body));
      co_return made;
    }
  }
  if (first == "proxies" && path->size() == 2) {
    api_answer made = co_await on_proxy(method, (*path)[1], std::move(body));
    co_return made;
  }
  if (first == "proxies" && path->size() > 2 && path->size() <= 4 && (*path)[2] == "toxics") {
    co_return on_toxic(method, *path, body);
  }
  co_return api_answer::refusal(404, "page not found");
}

runtime::task<api_answer> proxy_api::on_proxy(const std::string& method, std::string name, json body) {
  if (method == "GET") co_return table_.get(name);
  if (changes(method)) {
    api_answer made = co_await table_.update(std::move(name), std::move(body));
    co_return made;
  }
  if (method == "DELETE") {
    api_answer made = co_await table_.remove(std::move(name));
    co_return made;
  }
  co_return api_answer::refusal(405, "method not allowed");
}

api_answer proxy_api::on_toxic(const std::string& method, const std::vector<std::string>& path,
                               const json& body) {
  const std::string& proxy = path[1];
  if (path.size() == 3) {
    if (method == "GET") return table_.toxics(proxy);
    if (method == "POST") return table_.add_toxic(proxy, body);
    return api_answer::refusal(405, "method not allowed");
  }
  if (method == "GET") return table_.get_toxic(proxy, path[3]);
  if (changes(method)) return table_.update_toxic(proxy, path[3], body);
  if (method == "DELETE") return table_.remove_toxic(proxy, path[3]);
  return api_answer::refusal(405, "method not allowed");
}

}  // namespace kitfox::fault
