#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "fakes/fault/path.hpp"
#include "fakes/sim/byte_queue.hpp"
#include "fakes/sim/handshake.hpp"
#include "fakes/sim/process.hpp"
#include "fakes/sim/wire_log.hpp"

namespace kitfox::sim {

class wire;

/// One simulated TCP connection, from the SYN to the last byte: the driver of its fault::path, and the
/// kernel's half of both sockets. It behaves as the socket API shows TCP: ordered bytes, flow control, FIN,
/// RST, half-close. The window of the path and the receive window bound what is on the way and unread.
class connection final : private timer {
 public:
  struct setup {
    std::uint64_t id = 0;
    process* client = nullptr;
    machine* to = nullptr;
    runtime::endpoint target;         ///< Address and port.
    std::string host;                 ///< What the caller dialled, for TLS.
    std::shared_ptr<tls_client> tls;  // owners: dial, the handshake
    std::unique_ptr<fault::path> path;
  };
  connection(wire& on, setup settings, wire_log log);
  ~connection();

  [[nodiscard]] std::uint64_t id() const noexcept { return settings_.id; }

  // Dialling, for the client.
  void dial();
  /// Empty while the dial goes on.
  [[nodiscard]] const std::optional<runtime::error_code>& dial_outcome() const noexcept {
    return dial_outcome_;
  }
  [[nodiscard]] waiting_place<nothing>& dialler() noexcept { return dialler_; }
  /// The dialling task was cancelled.
  void give_up();
  /// Asks the path about TLS and sends the client's hello.
  void start_tls();
  /// Tells the observer how the client's handshake ended.
  void tls_ended(runtime::error_code failure);
  /// The server's process asks for the handshake.
  void start_server_tls();
  [[nodiscard]] bool expects_tls(fault::side one) const noexcept {
    return one == fault::side::client ? settings_.tls != nullptr : server_tls_ != nullptr;
  }
  /// Empty where neither side uses TLS.
  [[nodiscard]] sim::handshake* tls() noexcept { return handshake_ ? &*handshake_ : nullptr; }

  // One end, as its process uses it.
  [[nodiscard]] bool usable(fault::side one) const noexcept;
  /// Empty when there is nothing to read yet: then wait at reader().
  [[nodiscard]] std::optional<runtime::result<std::size_t>> try_read(fault::side one, std::span<char> into);
  void await_read(fault::side one, std::span<char> into) noexcept { end_of(one).into = into; }
  [[nodiscard]] waiting_place<std::size_t>& reader(fault::side one) noexcept { return end_of(one).reader; }
  /// Empty when not all bytes were taken: then wait at writer().
  [[nodiscard]] std::optional<runtime::error_code> try_write(fault::side one, std::string_view bytes);
  [[nodiscard]] waiting_place<nothing>& writer(fault::side one) noexcept { return end_of(one).writer; }
  /// Forgets the buffers of a read or write that was given up.
  void forget_read(fault::side one) noexcept { end_of(one).into = {}; }
  void forget_write(fault::side one) noexcept { end_of(one).outgoing = {}; }
  [[nodiscard]] runtime::error_code shutdown_send(fault::side one);
  /// Hands bytes over as far as that goes without waiting.
  void say(fault::side one, std::string_view bytes);
  /// The process closes in order: with close_notify where TLS is used and no write is under way.
  void close(fault::side one);
  /// The kernel ends it, or the process resets it.
  void end(fault::side one, fault::end_kind how);
  /// The machine of that end is gone: it sends nothing and takes nothing any more.
  void vanish(fault::side one);
  /// A stream object refers to this end, or no longer does.
  void attach(fault::side one) noexcept { end_of(one).attached = true; }
  void detach(fault::side one);
  [[nodiscard]] runtime::endpoint peer_of(fault::side one) const;
  [[nodiscard]] process* process_of(fault::side one) noexcept { return end_of(one).owner; }

  /// The path was changed from outside.
  void on_path_changed();
  [[nodiscard]] bool finished() const;
  /// Nothing travels on it any more.
  void drop_path() noexcept;

 private:
  enum class phase { dialling, established, over };
  /// What the process of an end did with it, and so what its kernel does with what arrives.
  enum class presence {
    absent,  ///< Not accepted yet, or never was.
    open,
    closed,  ///< The kernel answers further bytes with RST.
    gone,    ///< Nothing answers.
  };
  struct socket {
    process* owner = nullptr;
    presence held = presence::absent;
    bool attached = false;
    bool fin_sent = false, fin_received = false;
    bool reset_sent = false, reset_received = false;
    bool close_notify_sent = false;
    byte_queue unread;
    std::size_t swallowed = 0;  ///< Bytes received that no read will ever take.
    waiting_place<std::size_t> reader;
    std::span<char> into;
    waiting_place<nothing> writer;
    std::string_view outgoing;
  };
  [[nodiscard]] socket& end_of(fault::side one) noexcept { return ends_[one == fault::side::client ? 0 : 1]; }
  [[nodiscard]] const socket& end_of(fault::side one) const noexcept {
    return ends_[one == fault::side::client ? 0 : 1];
  }

  void fire() override;
  void conclude_dial();
  void retry_dial();
  void establish(listening& at);
  void abort_dial();
  void end_dial(runtime::error_code outcome, fault::dial_answer answer);
  void release(fault::side one);
  [[nodiscard]] bool push_outgoing(fault::side from);
  [[nodiscard]] std::size_t room(fault::side from) const;
  void send_end(fault::side by, fault::end_kind how);
  void run_path();
  void carry_out(fault::path_action action);
  void deliver(fault::side to, std::string_view bytes);
  void deliver_fin(fault::side to);
  void deliver_reset(fault::side to);
  void serve_reader(fault::side one);
  /// Why that end can neither read nor write now, if so.
  [[nodiscard]] runtime::error_code unfit(fault::side one) const;
  [[nodiscard]] static bool is_silent(const socket& one) noexcept;
  [[nodiscard]] bool uses_tls() const noexcept { return settings_.tls != nullptr && server_tls_ != nullptr; }

  wire& on_;
  setup settings_;
  wire_log log_;
  phase phase_ = phase::dialling;
  fault::path::dial_decision decision_;
  int dial_retries_ = 0;
  std::optional<runtime::error_code> dial_outcome_;
  waiting_place<nothing> dialler_;
  std::uint16_t client_port_ = 0;
  std::array<socket, 2> ends_;
  std::shared_ptr<tls_server> server_tls_;  // owners: the listener, this
  std::optional<sim::handshake> handshake_;
  bool running_path_ = false, path_touched_ = false;
};

}  // namespace kitfox::sim
