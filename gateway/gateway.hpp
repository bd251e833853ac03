#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/audit_store.hpp"
#include "gateway/key_writer.hpp"
#include "gateway/options.hpp"
#include "gateway/policy.hpp"
#include "gateway/store.hpp"
#include "runtime/host.hpp"
#include "runtime/stop_source.hpp"

namespace kitfox::gateway {

/// What a gateway works with; all of it outlives the gateway, so that a restarted one finds its keys again.
struct gateway_parts {
  runtime::host& on;
  store& clusters;   ///< Clusters and keys.
  key_source& keys;  ///< Lookups of agents' keys; usually store_keys over `clusters`.
  audit_sink& audit;
  gateway_policy policy{};
  /// Further hosts, each usually on a thread of its own, that carry agents' streams besides `on`; together
  /// they listen on one port (SO_REUSEPORT). They must be running until the gateway is destroyed.
  std::vector<runtime::host*> more{};
  /// Where clusters and keys are changed; null: by `clusters`, at once.
  key_writer* changes = nullptr;
};

/// One gateway: two listeners, the streams of its agents and the commands of its callers.
/// Not thread-safe: everything happens on the executor of `on`, but for agents' streams, which are spread
/// over `on` and the hosts in `more`.
class gateway {
 public:
  gateway(gateway_parts parts, gateway_options options);
  /// run() must have ended, or its frames have been destroyed with the host's.
  ~gateway();
  gateway(const gateway&) = delete;
  gateway& operator=(const gateway&) = delete;

  /// Checks the options and binds both listeners, then emits the event `listening` with agent_port and
  /// caller_port. Errors: gateway_errc (options, audit), runtime::errc (TLS settings, addresses).
  [[nodiscard]] runtime::task<runtime::error_code> start();
  /// After start() has failed: in one sentence which flag, address or file is at fault.
  [[nodiscard]] const std::string& complaint() const noexcept;
  /// Serves until `stop`, then drains (DRN-1, DRN-2): not ready and connects refused at once, streams closed
  /// over options.drain_window, every command finished or failed. Ends early when nothing is left. Call once,
  /// after start(). Cancelling it closes everything at once.
  [[nodiscard]] runtime::task<void> run(runtime::stop_source& stop);
  /// After run(): how many audit records could not be written and are lost; the event `audit_lost` told it.
  [[nodiscard]] std::size_t audit_records_lost() const noexcept;

  /// Valid after start(). All hosts share it, unless their network is simulated, where each has its own
  /// address.
  [[nodiscard]] std::uint16_t agent_port() const noexcept;
  [[nodiscard]] std::uint16_t caller_port() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// Exit codes of run_gateway() and of the program.
enum class exit_code {
  ok = 0,
  usage = 2,          ///< Bad flags or configuration; one line says what. Nothing was bound.
  store_failed = 3,   ///< A database cannot be opened, its audit chain is broken, or audit records were lost.
  listen_failed = 4,  ///< An address cannot be bound, or TLS files are unusable.
};

/// Starts a gateway and runs it until `stop`. Returns an exit_code; on failure emits one event `start_failed`
/// with `reason`. `served` must outlive the task, and what it has left on other threads.
[[nodiscard]] runtime::task<int> run_gateway(runtime::host& on, gateway& served, runtime::stop_source& stop);

/// A gateway over open stores, which outlive the call, until `stop`. Returns an exit_code. On failure emits
/// one event `start_failed` with `reason`.
[[nodiscard]] runtime::task<int> run_gateway(runtime::host& on, gateway_options options, store& clusters,
                                             audit_sink& audit, runtime::stop_source& stop,
                                             gateway_policy policy = {});

/// A gateway with SQLite stores at `database_path` and `audit_path` (either may be ":memory:"), until `stop`.
/// Otherwise like the above.
[[nodiscard]] runtime::task<int> run_gateway(runtime::host& on, gateway_options options,
                                             std::string database_path, std::string audit_path,
                                             runtime::stop_source& stop, gateway_policy policy = {});

}  // namespace kitfox::gateway
