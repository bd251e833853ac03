#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/sim/connection.hpp"
#include "fakes/sim/name_table.hpp"
#include "fakes/sim/process.hpp"
#include "fakes/sim/simulation.hpp"

namespace kitfox::sim {

/// The network of one simulation: machines by name and address, listeners, connections, names.
class wire {
 public:
  wire(scheduler& time, const simulation_options& settings);

  [[nodiscard]] scheduler& time() noexcept { return time_; }
  [[nodiscard]] const simulation_limits& limits() const noexcept { return settings_.limits; }
  [[nodiscard]] name_table& names() noexcept { return names_; }
  /// Made, with an address and an entry in the name table, when it is first asked for.
  machine& machine_named(const std::string& name);

  struct dial_target {
    std::string address;
    std::uint16_t port = 0;
    std::string host;                 ///< As the caller named it.
    std::shared_ptr<tls_client> tls;  // owners: the dial, the connection
  };
  /// A connection that has not begun to dial, or nullptr when no machine has the address.
  [[nodiscard]] connection* open(process& client, const dial_target& target);
  [[nodiscard]] static bool is_loopback(std::string_view address) noexcept;
  /// What listens there for a connection from `from`, or nullptr.
  [[nodiscard]] static listening* listener_at(const machine& at, std::uint16_t port, const machine& from);
  /// Opens `what` on its owner's machine; port 0 is replaced. Errors: errc::address_unavailable.
  [[nodiscard]] runtime::error_code open_listener(listening& what);
  /// Resets what waits for accept(). Idempotent.
  void close_listener(listening& what);

  /// Ends every connection and listener of a process.
  void detach(process& one, kill_mode mode);
  void on_link_changed(std::uint64_t connection);
  /// Called by a connection that may be finished; it is destroyed later.
  void retire(connection& one);
  [[nodiscard]] std::size_t connections() const noexcept;
  /// Everything is over: lets the paths of all connections go.
  void drop_paths();
  [[nodiscard]] std::uint64_t next_tls_server() noexcept { return ++tls_servers_; }

 private:
  void sweep();
  scheduler& time_;
  const simulation_options& settings_;
  name_table names_;
  std::map<std::string, std::unique_ptr<machine>, std::less<>> machines_;
  std::map<std::string, machine*, std::less<>> by_address_;
  std::map<std::uint64_t, std::unique_ptr<connection>> connections_;
  std::vector<std::uint64_t> retired_;
  std::uint64_t dials_ = 0, tls_servers_ = 0;
};

}  // namespace kitfox::sim
