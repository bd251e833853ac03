#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "fakes/fault/path.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/network.hpp"

namespace kitfox::fault {

/// How a relay ends TLS towards its clients: real certificates, one for each thing that can be wrong with
/// one.
struct relay_identities {
  pki::identity proper, expired, not_yet_valid, wrong_host, unknown_authority;

  /// Issues all of them for `hosts`, by `trusted` and, where the authority shall be unknown, by one that
  /// exists nowhere else. `now` decides what has expired: an hour before, and what is not valid yet: a day
  /// after.
  [[nodiscard]] static relay_identities issue(const pki::authority& trusted,
                                              const std::vector<std::string>& hosts, runtime::wall_time now);
};

/// The same, ready for handshakes.
class relay_tls {
 public:
  /// Errors: runtime::errc::tls_configuration_invalid.
  [[nodiscard]] static runtime::result<relay_tls> prepare(const relay_identities& from);
  /// What to present; not for stall and alert, which present nothing.
  // owners: the relay, and every stream made with them
  [[nodiscard]] std::shared_ptr<runtime::tls_server> server_for(tls_answer answer) const;

 private:
  // owners: see server_for()
  std::shared_ptr<runtime::tls_server> proper_, expired_, not_yet_valid_, wrong_host_, unknown_authority_;
};

/// TLS record: fatal alert handshake_failure (RFC 8446 §6, legacy version 3.3).
inline constexpr std::string_view handshake_failure_record{"\x15\x03\x03\x00\x02\x02\x28", 7};

}  // namespace kitfox::fault
