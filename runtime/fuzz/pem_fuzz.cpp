// Arbitrary text in place of the PEM files that TLS settings are made of: refused or taken, never worse.
#include <cstdint>
#include <string>

#include "runtime/tls/tls.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox::runtime;
  const std::string text{reinterpret_cast<const char*>(bytes), size};
  tls_server_options server;
  server.certificate_pem = server.private_key_pem = text;
  static_cast<void>(tls::make_server(server));
  tls_client_options client;
  client.authorities_pem = text;
  static_cast<void>(tls::make_client(client));
  return 0;
}
