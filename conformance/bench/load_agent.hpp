#pragma once
#include <memory>
#include <optional>
#include <string>

#include "conformance/bench/bare_connection.hpp"
#include "protocol/sse_decoder.hpp"
#include "runtime/host.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::conformance {

/// The least that passes for an agent: it connects, reads its stream, and answers every command at once with
/// an empty success over a second, kept connection.
class load_agent {
 public:
  struct address {
    runtime::endpoint at;
    // owners: whoever made it, and every stream dialled with it
    std::shared_ptr<runtime::tls_client> trust;
  };
  static constexpr runtime::duration connect_timeout = std::chrono::seconds{60};

  load_agent(runtime::host& on, address gateway, std::string key, std::string instance_id);

  /// Dials and waits for the event `connected`. Errors: what dialling and HTTP say; connection_refused for
  /// another status than 200; timed_out.
  [[nodiscard]] runtime::task<runtime::error_code> connect();
  /// Reads and answers until the stream ends, which is what it returns.
  [[nodiscard]] runtime::task<runtime::error_code> serve();
  /// Opens the connection for answers beforehand, so that it is not counted with the first of them.
  [[nodiscard]] runtime::task<runtime::error_code> prepare_answers();
  void close() noexcept;
  [[nodiscard]] std::uint64_t heartbeats() const noexcept { return heartbeats_; }

 private:
  [[nodiscard]] runtime::task<runtime::error_code> open();
  [[nodiscard]] runtime::task<runtime::error_code> read_events();
  [[nodiscard]] runtime::task<runtime::error_code> answer(const std::string& request_id);

  runtime::host& host_;
  address gateway_;
  std::string key_, instance_id_;
  std::optional<runtime::http::client_connection> stream_;
  std::unique_ptr<bare_connection> answers_;
  protocol::sse_decoder decoder_;
  std::vector<std::string> commands_;  ///< Request ids in the bytes read last.
  bool connected_ = false;
  std::uint64_t heartbeats_ = 0;
};

}  // namespace kitfox::conformance
