#pragma once
#include <string>
#include <utility>
#include <vector>

#include "fakes/kube/api_server.hpp"

namespace kitfox::kube::test {

/// What a client saw of an answer.
struct seen {
  int status = 0;
  std::string content_type;
  runtime::http::fields headers;
  std::string body;  ///< All that was sent.
  enum class endings { whole, open, cut } ending = endings::whole;

  [[nodiscard]] json value() const;                ///< The body as JSON, or null.
  [[nodiscard]] std::vector<json> events() const;  ///< Of a watch.
  [[nodiscard]] std::string message() const;       ///< Of a Status.
};

/// A fake API server at 2026-11-22T09:35:00Z whose clock only moves by hand, with the users admin, alice,
/// noperm, impersonator and rbacmgr (token "token-NAME").
class server_fixture {
 public:
  explicit server_fixture(api_server_options options = {});

  /// Sends a request; a stream is read until it has to wait.
  seen send(const std::string& method, const std::string& target, const std::string& user = "admin",
            const std::string& body = {}, std::vector<std::pair<std::string, std::string>> headers = {});
  seen get(const std::string& target, const std::string& user = "admin") { return send("GET", target, user); }
  seen send(const runtime::http::request& request);
  /// Reads an answer until it ends or has to wait.
  seen read(api_answer& answer);
  api_answer start(const runtime::http::request& request) { return server.answer_request(request, now); }
  /// A GET by a user.
  [[nodiscard]] runtime::http::request request(const std::string& target,
                                               const std::string& user = "admin") const;

  void load(std::string_view yaml);
  void sleep(runtime::duration span);

  instant now;
  api_server server;
};

inline constexpr std::string_view accept_table =
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/"
    "json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

}  // namespace kitfox::kube::test
