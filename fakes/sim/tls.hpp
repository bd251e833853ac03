#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fakes/sim/certificate.hpp"
#include "runtime/network.hpp"

namespace kitfox::sim {

class tls_server;

/// What a simulated client trusts and presents, with the sessions it may resume. A ticket is good for one
/// prepared server, for `ticket_life`.
class tls_client final : public runtime::tls_client {
 public:
  static constexpr std::size_t tickets_max = 1024;
  static constexpr runtime::duration ticket_life = std::chrono::hours{2};

  std::vector<std::string> authorities;
  std::optional<certificate> own;

  /// True when a kept ticket fits the prepared server, is young enough, and the certificate that it was
  /// given for is valid at `wall`.
  [[nodiscard]] bool may_resume(const std::string& server_name, std::uint64_t server, runtime::mono_time now,
                                runtime::wall_time wall) const;
  void keep_ticket(const std::string& server_name, const tls_server& server, runtime::mono_time now);
  void forget_ticket(const std::string& server_name) { tickets_.erase(server_name); }

 private:
  struct ticket {
    std::uint64_t server;
    runtime::mono_time issued;
    runtime::wall_time not_before, not_after;
  };
  std::map<std::string, ticket> tickets_;
};

class tls_server final : public runtime::tls_server {
 public:
  std::uint64_t number = 0;  ///< Unique in the simulation; what its tickets are good for.
  certificate own;
  std::vector<std::string> client_authorities;  ///< Empty: client certificates are not asked for.
};

/// Errors: errc::tls_configuration_invalid. `system_authorities_pem` is used where the options name none.
[[nodiscard]] runtime::result<std::shared_ptr<tls_client>> parse_tls_client(
    const runtime::tls_client_options& options, const std::string& system_authorities_pem);
[[nodiscard]] runtime::result<std::shared_ptr<tls_server>> parse_tls_server(
    const runtime::tls_server_options& options, std::uint64_t number);

}  // namespace kitfox::sim
