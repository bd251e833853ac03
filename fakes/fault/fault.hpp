#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "fakes/fault/path.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::fault {

class arguments;
class path_chain;
struct path_stage;
class http_tracker;

/// What a fault may do to its connection, and all it may know. Valid during a call of the fault only.
class fault_context {
 public:
  fault_context(path_chain& chain, path_stage& stage) : chain_{chain}, stage_{stage} {}

  [[nodiscard]] runtime::mono_time now() const noexcept;
  /// Random numbers of this fault on this connection alone: a draw here moves no other.
  [[nodiscard]] runtime::entropy& random();
  /// Bytes of `from` that this fault has passed on so far.
  [[nodiscard]] std::uint64_t offset(side from) const noexcept;

  /// When the connection was established; now, if it has only just begun.
  [[nodiscard]] runtime::mono_time established_at() const noexcept;
  /// Whether the fault is meant for what `from` sends.
  [[nodiscard]] bool concerns_sender(side from) const noexcept;

  /// What this fault keeps from connection to connection of the link; bound what you put there.
  [[nodiscard]] std::deque<std::string>& memory();

  /// See path::window_bytes(): a fault that holds more stops the sender.
  [[nodiscard]] std::size_t window_bytes() const noexcept;

  /// Sends bytes on their way, as if they came from `from`, through the faults that follow in that direction.
  void pass(side from, std::string bytes);
  /// Lets the direction of `from` end (fin), or passes on the reset that `from` sent.
  void pass_end(side from, end_kind how);
  /// Resets the connection as `to` sees it, at this instant: overtakes and drops all that was on its way to
  /// `to`.
  void reset(side to);
  /// Ends the whole connection at once: RST to both ends, or FIN to both ends after what later faults hold.
  void cut(end_kind how);

  /// Asks for on_timer() at `when`, which may have passed; a fault has one timer, the last call counts.
  void wake_at(runtime::mono_time when);
  void cancel_wake();

  /// Records a firing. `from` is the direction concerned; `planned` the time it should have happened at;
  /// `event` the SSE id or request target that was hit.
  void fired(std::string what, side from, runtime::mono_time planned, std::string event = {});
  void fired(std::string what, side from = side::server) { fired(std::move(what), from, now()); }
  /// The same, but only the first call on this connection counts: for what acts on every chunk.
  void fired_once(std::string_view what, side from = side::server);

  /// True when the request fits the fault's match; counts it, so ask once a request.
  [[nodiscard]] bool selects_request(std::string_view method, std::string_view target);
  /// The same for a request that was on its way when the fault was added: it has no number.
  [[nodiscard]] bool selects_ongoing(std::string_view method, std::string_view target) const;
  /// True when the server-sent event fits the fault's match; counts it, so ask once an event.
  [[nodiscard]] bool selects_event(std::string_view type);
  /// What HTTP was on this connection before the fault was added; the fault takes a copy and goes on from
  /// there.
  [[nodiscard]] const http_tracker& http_so_far() const;

 private:
  path_chain& chain_;
  path_stage& stage_;
};

/// One fault on one connection, as a state machine without I/O; made by its kind (registry.hpp) for each
/// connection that its match takes. Override what matters: by default everything passes untouched. A fault
/// that does not pass bytes holds them (say so in held()) or drops them.
class fault {
 public:
  virtual ~fault() = default;

  /// The client dials. Change `decision` to answer otherwise than the faults before.
  virtual void on_dial(path::dial_decision& decision, fault_context& context);
  /// The client wants TLS.
  [[nodiscard]] virtual tls_answer on_tls(fault_context& context);
  /// The connection is established, or was when the fault was added.
  virtual void on_begin(fault_context& context);
  /// `bytes` of `from` arrived; never empty. Not called for directions that the match leaves out.
  virtual void on_bytes(side from, std::string bytes, fault_context& context);
  /// `from` ended its direction, or reset the connection. Not called for directions that the match leaves
  /// out.
  virtual void on_end(side from, end_kind how, fault_context& context);
  virtual void on_timer(fault_context& context);
  /// The fault was removed from its link: release what is held, or say in lives_on() what stays.
  virtual void on_heal(fault_context& context);
  /// The fault was changed while it is on the link; `values` are the new parameters. True: they are taken
  /// over, and it goes on with what it holds and counted. False, as by default: another is made in its place,
  /// which begins now.
  [[nodiscard]] virtual bool on_change(const arguments& values, fault_context& context);
  /// Another takes its place, see on_change(): release what is held, and do nothing else to the connection.
  /// By default the same as on_heal().
  virtual void on_replaced(fault_context& context);

  /// Bytes of `from` that were taken and are neither passed on nor dropped.
  [[nodiscard]] virtual std::size_t held(side from) const;
  /// Asked after on_heal(), until false: then the fault is destroyed.
  [[nodiscard]] virtual bool lives_on() const;
};

}  // namespace kitfox::fault
