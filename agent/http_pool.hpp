#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/host.hpp"
#include "runtime/http/client.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::agent {

/// What to do when a kept connection turns out to be dead: the server may have closed it while it was idle.
enum class dead_kept {
  resend,  ///< Send the request again at once on a new connection; it must be safe to send twice.
  fail,    ///< Report it like any other failure; the owner has a retry policy.
};

struct http_pool_options {
  std::size_t connections_max = 1;  ///< In use at a time; more exchanges wait for one.
  /// An exchange without an answer for `slow_after` leaves its place to the next that waits, so that a peer
  /// that swallows one request does not hold up the others; at most `slow_max` do.
  std::size_t slow_max = 0;
  runtime::duration slow_after{std::chrono::seconds{2}};
  std::size_t idle_connections_max = 1;  ///< Kept open for the next exchange.
  runtime::duration idle_max{std::chrono::seconds{70}};
  runtime::duration dial_timeout{std::chrono::seconds{10}};
  runtime::http::limits bounds{};
  dead_kept on_dead = dead_kept::fail;
};

/// Exchanges requests with one server over few kept connections, each used by one exchange at a time. Not
/// thread-safe. Must outlive the exchanges under way.
class http_pool {
 public:
  http_pool(runtime::host& on, runtime::endpoint server, std::shared_ptr<runtime::tls_client> tls,
            const http_pool_options& options);
  ~http_pool();

  /// Time limits of one exchange.
  struct patience {
    runtime::duration budget{};       ///< Once a connection is free: dial, request and response.
    runtime::mono_time give_up_at{};  ///< At all events, waiting included.
  };
  /// Errors: errc::timed_out, cancelled, and everything of dial and of http::client_connection.
  [[nodiscard]] runtime::task<runtime::result<runtime::http::response>> exchange(
      runtime::http::request message, patience limits);
  [[nodiscard]] std::size_t connections_in_use() const noexcept { return permits_.size(); }
  [[nodiscard]] std::size_t connections_idle() const noexcept { return idle_.size(); }

 private:
  using connection = runtime::http::client_connection;
  struct kept {
    std::unique_ptr<connection> open;
    runtime::mono_time since;
  };
  struct permit;
  /// Whether another exchange may begin, and when to look again if not.
  struct vacancy {
    bool free = false;
    std::optional<runtime::mono_time> look_again{};
  };
  [[nodiscard]] vacancy look_for_vacancy() const;
  [[nodiscard]] runtime::task<runtime::result<std::unique_ptr<permit>>> wait_for_permit();
  [[nodiscard]] std::unique_ptr<connection> take_idle();
  void keep(std::unique_ptr<connection> open);
  [[nodiscard]] runtime::task<runtime::result<runtime::http::response>> exchange_now(
      runtime::http::request message, runtime::mono_time until);
  [[nodiscard]] runtime::task<runtime::result<runtime::http::response>> on_connection(
      std::unique_ptr<connection> open, runtime::http::request message, runtime::mono_time until);

  runtime::host& host_;
  runtime::endpoint server_;
  std::shared_ptr<runtime::tls_client> tls_;  // owners: this pool, its connections
  http_pool_options options_;
  runtime::notifier freed_;
  std::vector<kept> idle_;
  std::vector<const permit*> permits_;
  std::size_t waiting_ = 0;  ///< For a permit.
};

}  // namespace kitfox::agent
