#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/clock.hpp"

namespace kitfox::fault {

/// The two ends of a connection: the client dialled, the server accepted.
enum class side { client, server };
[[nodiscard]] constexpr side other(side one) noexcept {
  return one == side::client ? side::server : side::client;
}

/// How one direction, or the whole connection, came to its end on the wire.
enum class end_kind { fin, rst };

/// What a dial meets before any byte flows.
enum class dial_answer {
  proceed,             ///< The server accepts.
  refuse,              ///< RST to the SYN: connection refused.
  hang,                ///< No answer at all: the dial ends only by its own time limit.
  reset_after_accept,  ///< Accepted, then RST.
  unreachable,         ///< The network says so.
};

/// TLS as the path presents it to a client; needs a link that ends TLS (both worlds do).
enum class tls_answer {
  proceed,
  stall,    ///< The handshake never goes on.
  alert,    ///< handshake_failure.
  expired,  ///< Certificate past its notAfter.
  not_yet_valid,
  wrong_host,
  unknown_authority,
};

/// What the driver of a path must do next, in order.
struct path_action {
  enum class what {
    deliver,  ///< Give `bytes` to `to`.
    end,      ///< End the direction towards `to`: FIN.
    reset,    ///< Reset the connection as seen by `to` (RST, at this moment).
  };
  what kind = what::deliver;
  side to = side::client;
  std::string bytes;
};

/// What happens to one connection between its two ends: the chain of faults of its link, as a state machine
/// without I/O. The driver (a simulated link, or the proxy) tells it what each end did and when; it answers
/// with actions and with the time at which it wants to be called again. Times are the driver's monotonic
/// clock and never go back. Bytes and ends of one direction keep their order, unless a fault says otherwise.
class path {
 public:
  virtual ~path() = default;

  /// Asked once, when the client dials; after `delay` the driver carries the answer out.
  struct dial_decision {
    dial_answer answer = dial_answer::proceed;
    runtime::duration delay{};  ///< One round trip of the link, longer where a fault delays it.
  };
  [[nodiscard]] virtual dial_decision on_dial(runtime::mono_time now) = 0;
  /// Asked once the dial proceeded, if the client wants TLS.
  [[nodiscard]] virtual tls_answer on_tls(runtime::mono_time now) = 0;

  /// `from` sent bytes into the path. The path owns them until it delivers or drops them.
  virtual void on_bytes(side from, std::string_view bytes, runtime::mono_time now) = 0;
  /// `from` ended its direction (fin), or reset the connection (rst). A closed socket is fin, then rst if
  /// more bytes come.
  virtual void on_end(side from, end_kind how, runtime::mono_time now) = 0;
  virtual void on_timer(runtime::mono_time now) = 0;
  /// When to call on_timer; ask again after every call. Empty: nothing is pending.
  [[nodiscard]] virtual std::optional<runtime::mono_time> next_timer() const = 0;

  /// The next action to carry out now, if any. Drain it after every call above.
  [[nodiscard]] virtual std::optional<path_action> next_action() = 0;
  /// Bytes taken from `from` and neither delivered nor dropped; the driver stops reading from an end while
  /// this is at or above `window_bytes()`. Bytes swallowed by a black hole count until the window is full, as
  /// in a real socket.
  [[nodiscard]] virtual std::size_t held(side from) const = 0;
  [[nodiscard]] virtual std::size_t window_bytes() const = 0;
};

/// Sees everything that happens on the links, at both ends: the only source of evidence. Bytes are plaintext.
/// `t` is the driver's clock. Each stage is told separately: a fault in between makes them differ.
class wire_observer {
 public:
  virtual ~wire_observer() = default;
  /// Names the link ("prod-us-east-1/0->gateway") and the connection, unique in a run.
  struct connection {
    std::uint64_t id = 0;
    std::string_view link;
  };
  virtual void on_dial(connection, runtime::mono_time t) = 0;
  /// The dial ended: proceeded, refused, timed out or was given up by the client (`answer` empty then).
  virtual void on_dialled(connection, std::optional<dial_answer> answer, runtime::mono_time t) = 0;
  /// The TLS handshake ended; `failure` is empty on success, else what was seen ("certificate expired").
  virtual void on_tls(connection, std::string_view failure, runtime::mono_time t) = 0;
  /// `from` put bytes on its end of the wire.
  virtual void on_sent(connection, side from, std::string_view bytes, runtime::mono_time t) = 0;
  /// Bytes of `from` came out at the other end.
  virtual void on_delivered(connection, side from, std::string_view bytes, runtime::mono_time t) = 0;
  /// `by` ended (fin) or reset (rst) its side of the connection.
  virtual void on_end_sent(connection, side by, end_kind how, runtime::mono_time t) = 0;
  /// `to` was shown the end: by its peer or by a fault.
  virtual void on_end_delivered(connection, side to, end_kind how, runtime::mono_time t) = 0;
};

/// One firing of one fault.
struct firing {
  std::string fault;             ///< Name of the fault as planned ("outage#1").
  std::uint64_t connection = 0;  ///< 0: the link as a whole, not one connection.
  std::string what;              ///< What it did: "rst", "hold 3 chunks", "503".
  std::uint64_t offset = 0;      ///< Byte offset in the direction concerned.
  runtime::mono_time planned{}, fired{};
  std::string event{};  ///< SSE id, or request target, of what it hit; empty: none.
  std::string link{};   ///< Name of the link it is on.
};

class firing_observer {
 public:
  virtual ~firing_observer() = default;
  virtual void on_fired(const firing&) = 0;
};

}  // namespace kitfox::fault
