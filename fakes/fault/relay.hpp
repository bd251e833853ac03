#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "fakes/fault/link.hpp"
#include "fakes/fault/relay_tls.hpp"
#include "runtime/host.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::fault {

class relay_connection;

struct relay_limits {
  std::size_t connections_max = 20'000;  ///< Over it: new connections are reset at once.
  std::size_t read_bytes_max = 64 * 1024;
  runtime::duration dial_timeout = std::chrono::seconds{10};
  runtime::duration handshake_timeout = std::chrono::seconds{10};
  /// A connection whose ends have both ended, or were both told so, is forgotten after this.
  runtime::duration linger = std::chrono::minutes{5};
};

struct relay_options {
  link::options through;  ///< The link that all connections of this relay run through.
  runtime::endpoint listen_at{"127.0.0.1", 0};
  runtime::endpoint upstream;
  /// Ends TLS towards clients; absent: bytes pass as they are.
  std::optional<relay_tls> tls;
  /// Speaks TLS towards the upstream, whose certificate must be for upstream.host; empty: plain.
  // owners: whoever made the settings, this relay
  std::shared_ptr<runtime::tls_client> upstream_tls;
  /// Numbers connections; absent: from 1. Give the same to all relays of a run.
  std::function<std::uint64_t()> next_connection_id;
  /// Where the link draws from; null: the host's entropy. Must outlive the relay.
  const runtime::entropy* random = nullptr;
  relay_limits limits;
};

/// Bytes that went through a relay, up to date at any moment. Upstream is from clients to the server.
struct relay_traffic {
  std::uint64_t upstream_received = 0, upstream_sent = 0;
  std::uint64_t downstream_received = 0, downstream_sent = 0;
  std::uint64_t connections = 0;  ///< Accepted so far.
};

/// Real connections through a link: accepts, dials the server before the client is served, and carries out
/// what the path of each connection decides. A dead upstream, or a refused dial, is a reset for the client:
/// the kernel has completed its connect already. While a fault refuses every dial nothing listens, so that
/// the refusal is real. A dial that hangs is accepted by the kernel, too, and then met with silence. Runs
/// over any host. Not thread-safe.
class relay {
 public:
  /// `firings` and `wire`, if given, and `on` must outlive the relay. `wire` is told plaintext.
  relay(runtime::host& on, relay_options settings, firing_observer* firings, wire_observer* wire);
  ~relay();
  relay(const relay&) = delete;
  relay& operator=(const relay&) = delete;

  /// Binds and listens; call it before run(). Errors: those of network::listen().
  [[nodiscard]] runtime::task<error_code> listen();
  /// Accepts and serves until stop() or cancellation, then ends every connection.
  [[nodiscard]] runtime::task<void> run();
  /// Ends run(): every connection is closed at once.
  void stop();
  /// While suspended nothing listens, and connections are closed; faults and the port are kept.
  void suspend();
  void resume();
  [[nodiscard]] bool suspended() const noexcept { return suspended_; }
  /// A socket is bound and accepts.
  [[nodiscard]] bool listening() const noexcept { return listener_ != nullptr; }
  /// Closes every connection, and goes on.
  void close_all();
  /// Connections made from now on go to `upstream`.
  void set_upstream(runtime::endpoint upstream) { settings_.upstream = std::move(upstream); }

  /// Add and remove faults here, at any time.
  [[nodiscard]] link& through() noexcept { return link_; }
  /// Where it listens, also while suspended.
  [[nodiscard]] const runtime::endpoint& local() const noexcept { return settings_.listen_at; }
  [[nodiscard]] const runtime::endpoint& upstream() const noexcept { return settings_.upstream; }
  [[nodiscard]] const relay_traffic& traffic() const noexcept { return traffic_; }
  [[nodiscard]] std::size_t connections() const noexcept { return open_.size(); }

 private:
  friend class relay_connection;
  friend class relay_pump;

  [[nodiscard]] bool shut() const { return suspended_ || link_.refuses_every_dial(); }
  [[nodiscard]] runtime::task<void> accept_one();
  void admit(std::unique_ptr<runtime::byte_stream> client);
  [[nodiscard]] runtime::task<void> serve(std::uint64_t id, std::unique_ptr<runtime::byte_stream> client);
  void on_faults_changed();
  void note_closed();

  runtime::host& on_;
  relay_options settings_;
  wire_observer* wire_;
  relay_traffic traffic_;
  bool stopping_ = false;
  bool suspended_ = false;
  std::uint64_t last_id_ = 0;
  std::unique_ptr<runtime::listener> listener_;
  runtime::notifier door_;  ///< Told when shut() may have changed.
  std::map<std::uint64_t, relay_connection*> open_;
  link link_;
  runtime::task_group tasks_;
};

}  // namespace kitfox::fault
