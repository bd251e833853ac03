#pragma once
#include "fakes/sim/process.hpp"
#include "fakes/sim/wire.hpp"

namespace kitfox::sim {

/// A listening socket of a simulated process.
class sim_listener final : public runtime::listener {
 public:
  sim_listener(wire& on, process& owner, runtime::endpoint local, listening::scope reach,
               std::shared_ptr<tls_server> tls)
      : on_{on}, socket_{owner, std::move(local), reach, std::move(tls), {}, {}} {}
  ~sim_listener() override { close(); }

  /// Errors: errc::address_unavailable.
  [[nodiscard]] runtime::error_code open();
  runtime::task<runtime::result<std::unique_ptr<runtime::byte_stream>>> accept() override;
  runtime::endpoint local() const override { return socket_.local; }
  void close() noexcept override;

 private:
  wire& on_;
  listening socket_;
  bool open_ = false;
};

}  // namespace kitfox::sim
