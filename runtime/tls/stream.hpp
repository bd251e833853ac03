#pragma once
#include <memory>

#include "runtime/network.hpp"
#include "runtime/tls/engine.hpp"

namespace kitfox::runtime::tls {

/// Drives an engine over another stream. One task may read while another writes: only writers send, so what a
/// read leaves to be sent (the answer to a key update) goes out with the next write (RFC 8446 §4.6.3 asks for
/// no more), and a cancelled read never tears a record.
class stream final : public byte_stream {
 public:
  stream(std::unique_ptr<byte_stream> under, std::shared_ptr<tls_client> settings, const endpoint& to,
         clock& time);
  stream(std::unique_ptr<byte_stream> under, std::shared_ptr<tls_server> settings, clock& time);
  ~stream() override;

  [[nodiscard]] task<error_code> handshake() override;
  [[nodiscard]] task<result<std::size_t>> read_some(std::span<char> into) override;
  [[nodiscard]] task<error_code> write(std::string_view bytes) override;
  [[nodiscard]] task<error_code> shutdown_send() override;
  void close() noexcept override;
  void reset() noexcept override;
  [[nodiscard]] endpoint peer() const override { return under_->peer(); }

  /// True after a handshake that resumed an earlier session.
  [[nodiscard]] bool resumed() const noexcept { return engine_.resumed(); }
  /// OpenSSL's words for the last failure, for logs.
  [[nodiscard]] const std::string& failure_text() const noexcept { return engine_.failure_text(); }

 private:
  [[nodiscard]] task<error_code> flush();
  [[nodiscard]] task<error_code> read_wire();

  // owners: whoever made the settings, this stream
  std::shared_ptr<tls_client> client_;
  // owners: whoever made the settings, this stream
  std::shared_ptr<tls_server> server_;
  std::unique_ptr<byte_stream> under_;
  engine engine_;
  clock& time_;
  error_code broken_;  ///< Why nothing goes on any more; empty while it does.
  bool flushing_ = false;
  bool said_goodbye_ = false;
};

}  // namespace kitfox::runtime::tls
