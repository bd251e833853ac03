#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "agent/kube_access.hpp"
#include "runtime/host.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::conformance {

/// Asks a real API server as its administrator, one request at a time, over one connection that is dialled
/// again when it was lost between requests. Not thread-safe.
class kube_admin {
 public:
  /// A whole answer; a list of ten thousand pods fits.
  static constexpr std::size_t answer_bytes_max = 256 * 1024 * 1024;
  /// One request, its dial included.
  static constexpr runtime::duration answer_timeout = std::chrono::seconds{30};

  /// `with` has passed parse_kubeconfig(). Errors: errc::tls_configuration_invalid, errc::bad_url.
  [[nodiscard]] static runtime::result<std::unique_ptr<kube_admin>> make(runtime::host& on,
                                                                         const agent::kube_access& with);

  /// Sends a request with the administrator's credentials, unless it has a field Authorization of its own.
  /// Errors: timed_out, and those of network and HTTP.
  [[nodiscard]] runtime::task<runtime::result<runtime::http::response>> ask(runtime::http::request message);
  /// The same for a JSON body (none: null). A status over 299 is no error here.
  [[nodiscard]] runtime::task<runtime::result<runtime::http::response>> ask(std::string method,
                                                                            std::string target,
                                                                            nlohmann::json body);
  /// Where the server is, with trust in it and nothing else.
  [[nodiscard]] const runtime::http::url& server() const noexcept { return server_; }
  [[nodiscard]] std::shared_ptr<runtime::tls_client> trust() const { return trust_; }

 private:
  kube_admin(runtime::host& on, const agent::kube_access& with) : host_{on}, token_{with.token} {}
  [[nodiscard]] runtime::task<runtime::error_code> dial();
  [[nodiscard]] runtime::task<runtime::result<runtime::http::response>> try_once(
      runtime::http::request message);

  runtime::host& host_;
  std::string token_;
  runtime::http::url server_;
  // owners: this, the streams dialled with it, the world's relays
  std::shared_ptr<runtime::tls_client> trust_, own_;
  std::optional<runtime::http::client_connection> connection_;
};

/// The message of a Status, or the beginning of an answer that is none.
[[nodiscard]] std::string message_of_answer(const runtime::http::response& answer);

}  // namespace kitfox::conformance
