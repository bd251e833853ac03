#pragma once
#include <functional>
#include <string>
#include <vector>

#include "runtime/host.hpp"
#include "runtime/http/server.hpp"
#include "runtime/stop_source.hpp"

namespace kitfox::agent::test {

/// An API server of which a test says what each request gets.
class scripted_kube final : public runtime::http::handler {
 public:
  explicit scripted_kube(runtime::host& on) : host_{on}, released_{on.executor()} {}
  [[nodiscard]] runtime::task<void> run(runtime::endpoint at, std::shared_ptr<runtime::tls_server> tls);

  /// The answer to a request; status 0: none, until the client goes away.
  std::function<runtime::http::response(const runtime::http::request&)> answer =
      [](const runtime::http::request& asked) { return cluster_of_one(asked); };
  std::vector<runtime::http::request> requests;
  /// Those that wait without an answer get that of a cluster_of_one().
  void let_go() { released_.request(); }
  std::size_t hanging = 0;  ///< Requests without an answer whose client still waits.

  [[nodiscard]] std::size_t count(std::string_view in_target) const;

  [[nodiscard]] static runtime::http::response json(int status, std::string body);
  /// A pod named web in every namespace, one node, two namespaces, version v1.30.0.
  [[nodiscard]] static runtime::http::response cluster_of_one(const runtime::http::request& asked);

  runtime::task<void> answer_exchange(runtime::http::exchange& call) override;

 private:
  runtime::task<bool> hang(runtime::http::exchange& call);
  runtime::task<void> wait_for_client(runtime::http::exchange& call, runtime::stop_source& ended);
  runtime::task<void> wait_for_release(runtime::stop_source& ended);

  runtime::host& host_;
  runtime::stop_source released_;
};

}  // namespace kitfox::agent::test
