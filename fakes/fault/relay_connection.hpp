#pragma once
#include <cstdint>
#include <memory>

#include "fakes/fault/relay.hpp"
#include "fakes/fault/relay_pump.hpp"

namespace kitfox::fault {

/// One connection of a relay, from its first byte to its end: dial, TLS, then a pump.
class relay_connection {
 public:
  relay_connection(relay& of, std::uint64_t id, std::unique_ptr<runtime::byte_stream> client);
  ~relay_connection();

  [[nodiscard]] runtime::task<void> run();
  /// The link touched the path from outside.
  void on_path_changed();
  /// Ends it at once, with FIN to both ends.
  void close();

 private:
  [[nodiscard]] runtime::task<bool> answer_dial();
  [[nodiscard]] runtime::task<bool> dial_upstream();
  [[nodiscard]] runtime::task<bool> answer_tls();
  [[nodiscard]] runtime::task<void> wait_until_client_is_gone();
  [[nodiscard]] runtime::task<void> alert_client();
  void dialled(std::optional<dial_answer> answer);
  void tls_done(std::string_view failure);
  [[nodiscard]] runtime::mono_time now() const;

  relay& of_;
  wire_observer::connection name_;
  std::unique_ptr<path> path_;
  std::unique_ptr<runtime::byte_stream> client_, server_;
  std::unique_ptr<relay_pump> pump_;
  bool closed_ = false;
};

}  // namespace kitfox::fault
