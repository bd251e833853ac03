#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "fakes/fault/path.hpp"
#include "fakes/sim/scheduler.hpp"
#include "fakes/sim/tls.hpp"
#include "fakes/sim/waiting_place.hpp"

namespace kitfox::sim {

/// The TLS handshake of one connection, by its flights: two round trips before the client may send, one when
/// a session is resumed. Each side waits at its place; neither learns more than its wire shows.
///
///   client hello ─► server hello + certificate ─► client finished ─► server finished
///   resumed:        client hello ─► server hello + finished ─► client finished
class handshake final : private timer {
 public:
  struct parties {
    std::shared_ptr<tls_client> client;  ///< Empty: the client speaks without TLS. owners: dial, this
    std::shared_ptr<tls_server> server;  ///< Empty: the server speaks without TLS. owners: listener, this
    const runtime::clock* client_clock = nullptr;
    const runtime::clock* server_clock = nullptr;
    std::string host;         ///< What the client wants the certificate to name.
    std::string server_name;  ///< Host and port: what tickets are kept under.
    runtime::duration half_trip{};
  };
  handshake(scheduler& time, parties who) : time_{time}, who_{std::move(who)} {}
  ~handshake() { time_.disarm(*this); }

  /// Its flights and the bytes of its connection arrive in the order in which they were sent.
  void share_lane(std::uint64_t of_connection) noexcept { lane = of_connection; }
  /// The client's hello leaves; `answer` is what the path makes of it.
  void start(fault::tls_answer answer);
  /// The server asked for the handshake. It waits for hellos that have not come.
  void on_server_ready();
  /// Bytes that are no TLS came out at `to`.
  void on_plain_bytes(fault::side to);
  void on_end(fault::side to, fault::end_kind how);
  /// `by` closed its end: nothing more comes from it.
  void on_closed(fault::side by);

  /// How the handshake ended for that side; empty: not yet.
  [[nodiscard]] const std::optional<runtime::error_code>& outcome(fault::side one) const noexcept {
    return ends_[index(one)].outcome;
  }
  [[nodiscard]] waiting_place<nothing>& place(fault::side one) noexcept { return ends_[index(one)].place; }

 private:
  /// What is on the wire now.
  enum class flight {
    none,
    client_hello,
    server_hello,
    client_finished,
    server_finished,
    alert_to_client,
    alert_to_server,
    forged_hello,  ///< What something between the two answers in the server's place.
  };
  struct participant {
    std::optional<runtime::error_code> outcome;
    waiting_place<nothing> place;
  };
  static std::size_t index(fault::side one) noexcept { return one == fault::side::client ? 0 : 1; }
  void fire() override;
  void send(flight what, int half_trips = 1);
  void conclude(fault::side one, runtime::error_code outcome);
  void on_hello_at_server();
  void on_hello_at_client();
  void on_finished_at_server();
  [[nodiscard]] runtime::error_code forged_failure() const;
  /// Whether anything of the peer's handshake has come.
  [[nodiscard]] bool heard_peer(fault::side one) const noexcept;

  scheduler& time_;
  parties who_;
  std::array<participant, 2> ends_;
  fault::tls_answer answer_ = fault::tls_answer::proceed;
  flight under_way_ = flight::none;
  bool hello_arrived_ = false, hello_answered_ = false, server_ready_ = false, resumed_ = false;
};

}  // namespace kitfox::sim
