#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "runtime/network.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::runtime::test {

/// Two connected ends in memory, with the behaviour of TCP: ordered bytes, FIN, RST, a bounded window.
struct memory_pair {
  std::unique_ptr<byte_stream> client, server;
};
struct memory_options {
  std::size_t window_bytes = 64 * 1024;
  std::size_t read_bytes_max =
      1 << 20;  ///< What one read returns at most, to split what was written at once.
  endpoint client_address{"192.0.2.1", 40000}, server_address{"192.0.2.2", 443};
};
[[nodiscard]] memory_pair make_memory_pair(asio::any_io_executor executor,
                                           const memory_options& options = {});

/// Hands out the server ends of pairs whose client ends connect() returned.
class memory_listener final : public listener {
 public:
  explicit memory_listener(asio::any_io_executor executor, memory_options options = {});
  ~memory_listener() override;
  [[nodiscard]] std::unique_ptr<byte_stream> connect(const memory_options& options);
  [[nodiscard]] std::unique_ptr<byte_stream> connect() { return connect(options_); }
  /// The next accept fails with `failure`, once.
  void fail_next_accept(error_code failure);

  [[nodiscard]] task<result<std::unique_ptr<byte_stream>>> accept() override;
  [[nodiscard]] endpoint local() const override { return options_.server_address; }
  void close() noexcept override;
  /// Wraps every accepted stream from now on.
  std::function<std::unique_ptr<byte_stream>(std::unique_ptr<byte_stream>)> decorate;

 private:
  asio::any_io_executor executor_;
  memory_options options_;
  std::deque<std::unique_ptr<byte_stream>> waiting_;
  std::deque<error_code> failures_;
  notifier changed_;
  bool closed_ = false;
};

/// How a step of a flaky stream goes wrong.
enum class fault { end, reset, cancelled, stall };
enum class fault_mode { once, from_then_on };

/// Counts the reads and writes of a stream and lets one of them fail; what is underneath is closed
/// accordingly, so that the other end sees it too. Step 0 is the first operation; a large step never fails.
[[nodiscard]] std::unique_ptr<byte_stream> make_flaky(std::unique_ptr<byte_stream> inner,
                                                      std::size_t failing_step, fault what,
                                                      std::size_t& steps);

}  // namespace kitfox::runtime::test
