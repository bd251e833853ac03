#pragma once
#include <cstdint>
#include <memory>

#include "fakes/kube/api_server.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::kube {

/// Puts an api_server on a listener: requests in, answers and streams out, with the transfers that scripted
/// faults ask for. Works on any host. `server` and `on` must outlive it. Destroy it only after run() has
/// ended.
class api_service {
 public:
  api_service(runtime::host& on, api_server& server, std::unique_ptr<runtime::listener> from);
  ~api_service();
  [[nodiscard]] runtime::endpoint local() const;
  /// Serves until stop() or cancellation.
  [[nodiscard]] runtime::task<void> run();
  /// Stops accepting and breaks every stream off.
  void stop();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace kitfox::kube
