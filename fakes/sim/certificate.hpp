#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.hpp"
#include "runtime/outcome.hpp"

namespace kitfox::sim {

/// A certificate of the simulated world: what matters of a real one, without cryptography. It travels as text
/// in the *_pem strings of the TLS options.
struct certificate {
  std::vector<std::string> hosts;  ///< Names and addresses; "*.example" stands for one label.
  runtime::wall_time not_before{}, not_after{};
  std::string issuer;        ///< Name of the authority that signed it.
  std::uint64_t serial = 0;  ///< Ties the private key to it.
};

/// Text for certificate_pem.
[[nodiscard]] std::string print_certificate(const certificate&);
/// Text for private_key_pem of that certificate.
[[nodiscard]] std::string print_private_key(const certificate&);
/// Text for authorities_pem; authorities may follow one another in one string.
[[nodiscard]] std::string print_authority(std::string_view name);

/// The one certificate in `pem`. Errors: errc::tls_configuration_invalid.
[[nodiscard]] runtime::result<certificate> parse_certificate(std::string_view pem);
/// The serial of the certificate that the key belongs to. Errors: errc::tls_configuration_invalid.
[[nodiscard]] runtime::result<std::uint64_t> parse_private_key(std::string_view pem);
/// The names of all authorities, at least one. Errors: errc::tls_configuration_invalid.
[[nodiscard]] runtime::result<std::vector<std::string>> parse_authorities(std::string_view pem);

/// Checks like a real verifier, in its order: issuer, dates at `now`, then `host` unless it is empty. Errors:
/// errc::certificate_untrusted, certificate_not_yet_valid, certificate_expired, certificate_wrong_host.
[[nodiscard]] runtime::error_code verify_certificate(const certificate&,
                                                     const std::vector<std::string>& authorities,
                                                     runtime::wall_time now, std::string_view host);

}  // namespace kitfox::sim
