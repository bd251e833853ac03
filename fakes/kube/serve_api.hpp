#pragma once
#include <list>
#include <memory>

#include "fakes/kube/api_server.hpp"
#include "runtime/http/server.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::kube {

struct api_service_options {
  /// Bounds of the HTTP server; the size of bodies is taken from the API server's own limits.
  runtime::http::server_options http;
};

/// Puts a fake API server on a listener: sends its answers, lets its streams grow, performs scripted faults.
/// The same code runs on a real and on a simulated host. Each request is reported to the host's event sink as
/// `kubernetes_request`. Not thread-safe.
class api_service final : private runtime::http::handler {
 public:
  /// `on` and `server` must outlive the service, and `server` must have no other.
  api_service(runtime::host& on, std::unique_ptr<runtime::listener> from, api_server& server,
              api_service_options options = {});
  ~api_service() override;

  [[nodiscard]] runtime::endpoint local() const { return http_.local(); }
  /// Serves until stop() or cancellation; returns once every connection has ended.
  [[nodiscard]] runtime::task<void> run() { return http_.run(); }
  /// Stops accepting and ends what is under way: streams are cut.
  void stop();
  /// Breaks every connection off, as a restarted server does, and goes on. State is kept.
  void restart();
  [[nodiscard]] std::size_t connections() const noexcept { return http_.connections(); }

 private:
  struct stream_bell;
  class sender;

  [[nodiscard]] runtime::task<void> answer_exchange(runtime::http::exchange& call) override;
  [[nodiscard]] runtime::http::response refusal(int status) override;
  [[nodiscard]] instant now() const;
  void report(const request_record& record);

  runtime::host& host_;
  api_server& server_;
  std::list<stream_bell*> bells_;  ///< Of waiting streams, in order of arrival.
  runtime::http::server http_;
};

}  // namespace kitfox::kube
