#pragma once
#include "fakes/sim/process.hpp"
#include "fakes/sim/wire.hpp"

namespace kitfox::sim {

class sim_stream;

/// Sockets, names and TLS of one simulated process.
class sim_network final : public runtime::network {
 public:
  /// `authorities_pem`: what the machine trusts where TLS options name no authority.
  sim_network(wire& on, process& owner, std::string authorities_pem)
      : on_{on}, owner_{owner}, authorities_pem_{std::move(authorities_pem)} {}

  runtime::result<std::shared_ptr<runtime::tls_client>> make_tls_client(
      const runtime::tls_client_options& options) override;
  runtime::result<std::shared_ptr<runtime::tls_server>> make_tls_server(
      const runtime::tls_server_options& options) override;
  runtime::task<runtime::result<std::unique_ptr<runtime::byte_stream>>> dial(
      runtime::endpoint to, std::shared_ptr<runtime::tls_client> tls) override;
  using runtime::network::listen;
  runtime::task<runtime::result<std::unique_ptr<runtime::listener>>> listen(
      runtime::endpoint at, std::shared_ptr<runtime::tls_server> tls, runtime::listen_options how) override;
  runtime::task<runtime::result<std::vector<std::string>>> resolve(std::string name) override;

 private:
  using dialled = runtime::result<std::unique_ptr<sim_stream>>;
  [[nodiscard]] runtime::task<dialled> connect(wire::dial_target target);
  [[nodiscard]] runtime::task<runtime::error_code> secure(connection& link);
  wire& on_;
  process& owner_;
  std::string authorities_pem_;
};

}  // namespace kitfox::sim
