#pragma once
#include <boost/asio/any_io_executor.hpp>

#include "runtime/clock.hpp"
#include "runtime/event_sink.hpp"
#include "runtime/network.hpp"

namespace kitfox::runtime {

/// TCP by Asio, TLS by OpenSSL. The addresses of a name are tried in order, each but the last for three
/// seconds at most. A failed handshake is told as event "tls_handshake_failed", with OpenSSL's reason. `time`
/// and `events` must outlive the network and its streams.
class real_network final : public network {
 public:
  real_network(asio::any_io_executor executor, runtime::clock& time, event_sink& events)
      : executor_{std::move(executor)}, time_{time}, events_{events} {}
  [[nodiscard]] result<std::shared_ptr<tls_client>> make_tls_client(const tls_client_options&) override;
  [[nodiscard]] result<std::shared_ptr<tls_server>> make_tls_server(const tls_server_options&) override;
  [[nodiscard]] task<result<std::unique_ptr<byte_stream>>> dial(endpoint to,
                                                                std::shared_ptr<tls_client> tls) override;
  using network::listen;
  [[nodiscard]] task<result<std::unique_ptr<listener>>> listen(endpoint at, std::shared_ptr<tls_server> tls,
                                                               listen_options how) override;
  [[nodiscard]] task<result<std::vector<std::string>>> resolve(std::string name) override;

 private:
  [[nodiscard]] task<result<std::unique_ptr<byte_stream>>> connect(endpoint to);

  asio::any_io_executor executor_;
  runtime::clock& time_;
  event_sink& events_;
};

}  // namespace kitfox::runtime
