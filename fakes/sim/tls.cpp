#include "fakes/sim/tls.hpp"

#include "runtime/errc.hpp"

namespace kitfox::sim {

using runtime::errc;
using runtime::result;

namespace {
/// A certificate whose private key belongs to it.
result<certificate> parse_identity(const std::string& certificate_pem, const std::string& private_key_pem) {
  result<certificate> own = parse_certificate(certificate_pem);
  if (!own) return own;
  const result<std::uint64_t> serial = parse_private_key(private_key_pem);
  if (!serial) return serial.error();
  if (*serial != own->serial) return errc::tls_configuration_invalid;
  return own;
}
}  // namespace

bool tls_client::may_resume(const std::string& server_name, std::uint64_t server, runtime::mono_time now,
                            runtime::wall_time wall) const {
  const auto found = tickets_.find(server_name);
  if (found == tickets_.end()) return false;
  const ticket& kept = found->second;
  return kept.server == server && now - kept.issued <= ticket_life && kept.not_before <= wall &&
         wall <= kept.not_after;
}

void tls_client::keep_ticket(const std::string& server_name, const tls_server& server,
                             runtime::mono_time now) {
  if (tickets_.size() >= tickets_max && !tickets_.contains(server_name)) tickets_.erase(tickets_.begin());
  tickets_[server_name] = {server.number, now, server.own.not_before, server.own.not_after};
}

result<std::shared_ptr<tls_client>> parse_tls_client(const runtime::tls_client_options& options,
                                                     const std::string& system_authorities_pem) {
  const std::string& pem = options.authorities_pem.empty() ? system_authorities_pem : options.authorities_pem;
  auto client = std::make_shared<tls_client>();  // owners: the caller, each dial that uses it
  if (!pem.empty()) {
    auto authorities = parse_authorities(pem);
    if (!authorities) return authorities.error();
    client->authorities = std::move(*authorities);
  }
  if (options.certificate_pem.empty() != options.private_key_pem.empty())
    return errc::tls_configuration_invalid;
  if (!options.certificate_pem.empty()) {
    auto own = parse_identity(options.certificate_pem, options.private_key_pem);
    if (!own) return own.error();
    client->own = std::move(*own);
  }
  return client;
}

result<std::shared_ptr<tls_server>> parse_tls_server(const runtime::tls_server_options& options,
                                                     std::uint64_t number) {
  auto server = std::make_shared<tls_server>();  // owners: the caller, each listener and connection with it
  auto own = parse_identity(options.certificate_pem, options.private_key_pem);
  if (!own) return own.error();
  server->number = number;
  server->own = std::move(*own);
  if (!options.client_authorities_pem.empty()) {
    auto authorities = parse_authorities(options.client_authorities_pem);
    if (!authorities) return authorities.error();
    server->client_authorities = std::move(*authorities);
  }
  return server;
}

}  // namespace kitfox::sim
