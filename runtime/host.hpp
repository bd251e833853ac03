#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <string_view>

#include "runtime/clock.hpp"
#include "runtime/entropy.hpp"
#include "runtime/event_sink.hpp"
#include "runtime/network.hpp"

namespace kitfox::runtime {

/// The whole outside world of one process: agent, gateway, fakes and proxy touch nothing else.
/// Two implementations exist: over Asio and OpenSSL (real_host.hpp) and simulated (fakes/sim). A host
/// outlives everything that was given a reference to it. Not thread-safe: one executor, one thread at a time.
class host {
 public:
  virtual ~host() = default;
  [[nodiscard]] virtual asio::any_io_executor executor() = 0;
  [[nodiscard]] virtual runtime::clock& clock() = 0;
  [[nodiscard]] virtual runtime::network& network() = 0;
  [[nodiscard]] virtual runtime::entropy& entropy() = 0;
  [[nodiscard]] virtual event_sink& events() = 0;

  /// Told by task_group when a root coroutine starts and ends, so that a simulation can name the stuck ones,
  /// and end those of a killed process by `stop`, which is valid until on_task_ended().
  virtual std::uint64_t on_task_started(std::string_view name, asio::cancellation_signal& stop) {
    static_cast<void>(name);
    static_cast<void>(stop);
    return 0;
  }
  virtual void on_task_ended(std::uint64_t id) { static_cast<void>(id); }
};

}  // namespace kitfox::runtime
