#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/fault/fault.hpp"
#include "fakes/fault/http_tracker.hpp"
#include "fakes/fault/link.hpp"

namespace kitfox::fault {

/// Index of a side in arrays kept for both.
[[nodiscard]] constexpr std::size_t slot(side one) noexcept { return one == side::client ? 0 : 1; }

/// One fault as planned, with what all connections of the link share of it.
struct active_fault {
  planned_fault plan;
  fault_id id{};
  std::uint64_t dials_before = 0;  ///< Connections of the link when it was added.
  std::uint64_t requests = 0;      ///< Counted for match::request.
  std::uint64_t events = 0;        ///< Counted for match::event.
  std::deque<std::string> memory;  ///< See fault_context::memory().
  bool has_fired = false;
  bool closed_listener = false;  ///< See link::on_listener_closed().
};

/// One fault, or the wire itself, on one connection.
struct path_stage {
  // owners: the link while the fault is on it, and the stages that still work for it; null for the wire
  std::shared_ptr<active_fault> of;
  std::unique_ptr<fault> body;
  std::unique_ptr<runtime::entropy> random;  ///< Made when first asked for.
  std::optional<runtime::mono_time> wake;
  std::array<std::uint64_t, 2> passed{};  ///< By side the bytes came from.
  bool sees_all = false;                  ///< Bytes of both directions, whatever the match says.
  bool fired_once = false;
  bool healed = false;   ///< Removed from the link; stays while body->lives_on().
  bool severed = false;  ///< Nothing crosses it any more: the fault cut the connection here.

  [[nodiscard]] bool concerns_bytes(side from) const noexcept;
};

/// The path of one connection: the wire at the client's end, then the link's faults in the order they were
/// added, then the server. Bytes of the client meet them in that order, bytes of the server in the other, so
/// that an answer made up by a fault takes the wire's latency to the client.
class path_chain final : public path {
 public:
  path_chain(link& owner, std::uint64_t connection_id, std::uint64_t number);
  ~path_chain() override;

  dial_decision on_dial(runtime::mono_time now) override;
  tls_answer on_tls(runtime::mono_time now) override;
  void on_bytes(side from, std::string_view bytes, runtime::mono_time now) override;
  void on_end(side from, end_kind how, runtime::mono_time now) override;
  void on_timer(runtime::mono_time now) override;
  [[nodiscard]] std::optional<runtime::mono_time> next_timer() const override;
  [[nodiscard]] std::optional<path_action> next_action() override;
  [[nodiscard]] std::size_t held(side from) const override;
  [[nodiscard]] std::size_t window_bytes() const override { return window_bytes_; }

  /// Told by the link. A fault that does not take this connection is ignored; true when it was taken.
  // owners: see link::faults_
  bool insert(const std::shared_ptr<active_fault>& added, runtime::mono_time now);
  bool heal(fault_id id, runtime::mono_time now);
  /// The fault of that id is from now on as `changed` says.
  // owners: see link::faults_
  bool replace(const std::shared_ptr<active_fault>& changed, runtime::mono_time now);
  void set_wire(const link_properties& properties, runtime::mono_time now);

  [[nodiscard]] std::uint64_t connection_id() const noexcept { return connection_id_; }
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

 private:
  friend class fault_context;
  class call_scope;
  enum class end_state { open, ended, reset };

  using stage_list = std::vector<std::unique_ptr<path_stage>>;

  [[nodiscard]] bool takes(const active_fault& one) const;
  [[nodiscard]] bool takes_number(const active_fault& one) const;
  /// Whether a fault that was added earlier, and then changed, takes this connection.
  [[nodiscard]] bool takes_changed(const active_fault& one) const;
  [[nodiscard]] stage_list::iterator find_stage(fault_id id);
  path_stage& add_stage(const std::shared_ptr<active_fault>& of, stage_list::iterator before);
  void heal(path_stage& stage);
  void begin(runtime::mono_time now);
  /// Moves on from `stage` (null: from the end that sent) in the direction of `from`.
  void forward(const path_stage* stage, side from, std::string bytes);
  void forward_end(const path_stage* stage, side from, end_kind how);
  [[nodiscard]] path_stage* next_stage(const path_stage* stage, side from) const;
  void deliver(side to, std::string bytes);
  void deliver_end(side to, end_kind how);
  void reset(side to);
  void cut(path_stage& at, end_kind how);
  void note_over();
  void tidy();

  [[nodiscard]] end_state& state_of(side which) noexcept { return shown_[slot(which)]; }
  [[nodiscard]] runtime::entropy& random_of(path_stage& stage);

  link& link_;
  std::uint64_t connection_id_;
  std::uint64_t number_;
  std::size_t window_bytes_;
  stage_list stages_;     ///< From the client to the server.
  http_tracker tracker_;  ///< At the server's end.
  std::deque<path_action> actions_;
  std::array<end_state, 2> shown_{};             ///< What each end was shown of the other's end.
  std::array<bool, 2> said_end_{};               ///< The end ended its direction, or reset the connection.
  std::array<bool, 2> gone_{};                   ///< The end itself reset the connection.
  std::optional<runtime::mono_time> begins_at_;  ///< Dial answered with proceed, not yet begun.
  bool begun_ = false;
  runtime::mono_time begun_at_{};
  bool over_ = false;  ///< Both ends know: nothing will ever happen again.
  int depth_ = 0;
  runtime::mono_time now_{};
};

}  // namespace kitfox::fault
