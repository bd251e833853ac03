#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/fault/path.hpp"
#include "fakes/sim/scheduler.hpp"

namespace kitfox::sim {

/// Tells what happens on one connection to the trace and to the owner's observer, at true time.
class wire_log {
 public:
  /// `observer` may be null; `client` and `server` are numbers of nodes, the server's known once it accepts.
  wire_log(scheduler& time, fault::wire_observer* observer, std::uint64_t connection, std::string link,
           std::uint32_t client)
      : time_{time}, observer_{observer}, connection_{connection}, link_{std::move(link)}, client_{client} {}
  void set_server(std::uint32_t node) noexcept { server_ = node; }

  void dial();
  void dialled(std::optional<fault::dial_answer> answer);
  void tls(std::string_view failure);
  void sent(fault::side from, std::string_view bytes);
  void delivered(fault::side from, std::string_view bytes);
  void end_sent(fault::side by, fault::end_kind how);
  void end_delivered(fault::side to, fault::end_kind how);

 private:
  [[nodiscard]] std::uint32_t node_of(fault::side one) const noexcept {
    return one == fault::side::client ? client_ : server_;
  }
  [[nodiscard]] fault::wire_observer::connection named() const noexcept { return {connection_, link_}; }
  [[nodiscard]] std::uint64_t content(fault::side one, std::string_view bytes) const noexcept;
  [[nodiscard]] static std::uint64_t content(fault::side one, fault::end_kind how) noexcept;
  scheduler& time_;
  fault::wire_observer* observer_;
  std::uint64_t connection_;
  std::string link_;
  std::uint32_t client_;
  std::uint32_t server_ = 0;
};

}  // namespace kitfox::sim
