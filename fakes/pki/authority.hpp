#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/clock.hpp"

namespace kitfox::pki {

/// Kinds of private keys. Ed25519 is the quickest to make and its signatures have one length, which keeps
/// simulated handshakes equal; RSA is for peers that know nothing else.
enum class key_kind { ed25519, p256, rsa2048 };

/// What a certificate is good for.
enum class purpose { server, client };

/// Since `not_before`, until `not_after`. Whole seconds count.
struct validity {
  runtime::wall_time not_before = std::chrono::sys_days{std::chrono::January / 1 / 2000};
  runtime::wall_time not_after = std::chrono::sys_days{std::chrono::January / 1 / 2100};
};

/// PEM texts, as tls_server_options and tls_client_options take them.
struct identity {
  std::string certificate_pem, private_key_pem;
};

struct certificate_request {
  /// Subject alternative names: DNS names, "*.example.com", or literal addresses. The first is the common
  /// name too. For a client: its name.
  std::vector<std::string> hosts{};
  validity valid{};
  key_kind key = key_kind::ed25519;
  purpose use = purpose::server;
};

/// A certificate authority of tests and fakes, which lives as long as the object. Its keys come from
/// OpenSSL's generator: nothing simulated may depend on their bytes. Failures of OpenSSL are programmer
/// errors here.
class authority {
 public:
  explicit authority(const std::string& name = "kitfox test authority", validity valid = {},
                     key_kind key = key_kind::ed25519);
  ~authority();
  authority(authority&&) noexcept;
  authority& operator=(authority&&) noexcept;

  /// PEM text to trust.
  [[nodiscard]] const std::string& certificate_pem() const noexcept;
  /// The private key, for an authority that is kept in a file.
  [[nodiscard]] const std::string& private_key_pem() const noexcept;
  [[nodiscard]] identity issue(const certificate_request& wanted) const;
  /// A server certificate for one host, valid from 2000 to 2100.
  [[nodiscard]] identity issue(const std::string& host) const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace kitfox::pki
