#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "fakes/fault/firing_log.hpp"
#include "fakes/fault/relay.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/real_host.hpp"

namespace kitfox::fault::test {

/// A relay between a client and a server of the test, on loopback, with ports chosen by the system.
class socket_bench {
 public:
  struct with_tls {};
  explicit socket_bench(relay_options settings = {});
  /// Clients must speak TLS; the upstream is plain.
  explicit socket_bench(with_tls, relay_options settings = {});
  ~socket_bench();

  /// Runs `script` with the relay serving; whatever is left open is closed afterwards.
  void run(std::function<runtime::task<void>(socket_bench&)> script);

  [[nodiscard]] runtime::task<runtime::result<std::unique_ptr<runtime::byte_stream>>> dial(
      std::shared_ptr<runtime::tls_client> tls = nullptr);
  /// The upstream's next connection.
  [[nodiscard]] runtime::task<std::unique_ptr<runtime::byte_stream>> accept_later();
  /// A client's stream and the server's end of it.
  using stream_pair = std::pair<std::unique_ptr<runtime::byte_stream>, std::unique_ptr<runtime::byte_stream>>;
  [[nodiscard]] runtime::task<stream_pair> connect();
  [[nodiscard]] std::shared_ptr<runtime::tls_client> trusting();
  /// Lets other tasks run until `condition` holds.
  [[nodiscard]] runtime::task<void> until(std::function<bool()> condition);
  /// Nothing listens at the relay's port.
  [[nodiscard]] bool closed() const;

  firing_log firings{1000};
  /// Told what the relay sees; set it before run().
  wire_observer* wire = nullptr;
  std::unique_ptr<runtime::event_sink> events;
  std::unique_ptr<runtime::real_host> host;
  std::unique_ptr<runtime::listener> upstream;
  std::unique_ptr<relay> subject;

 private:
  [[nodiscard]] runtime::task<int> main(std::function<runtime::task<void>(socket_bench&)> script);
  relay_options settings_;
  bool ends_tls_ = false;
  pki::authority authority_;
};

/// Exactly `size` bytes, fewer if the stream ends before.
[[nodiscard]] runtime::task<std::string> read_exactly(runtime::byte_stream& from, std::size_t size);
/// Reads and forgets until the stream ends, and says how.
[[nodiscard]] runtime::task<error_code> end_of(runtime::byte_stream& from);

}  // namespace kitfox::fault::test
