#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance/world/world.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::conformance {

/// The harness's own HTTP client: callers, the administrator and hand-made requests. Keeps a bounded number
/// of connections for reuse; each exchange has a time limit, after which its connection is dropped.
class caller {
 public:
  static constexpr std::size_t idle_connections_max = 64;
  /// More than any command may take, so that a lost answer is told from a slow one.
  static constexpr runtime::duration exchange_timeout = std::chrono::seconds{330};

  explicit caller(world& in) : world_{in} {}

  enum class listener { callers, agents };
  /// One exchange, over a kept connection where there is one. A kept connection that the gateway closed
  /// meanwhile is replaced once.
  [[nodiscard]] runtime::task<runtime::result<runtime::http::response>> exchange(
      listener to, runtime::http::request message);
  /// One exchange over a connection of its own with a server that is no part of the world. Errors: also those
  /// of parse_url(); the path of `where` stands before the target.
  [[nodiscard]] runtime::task<runtime::result<runtime::http::response>> exchange_elsewhere(
      std::string where, runtime::http::request message);
  /// A connection of its own, for requests that try something.
  [[nodiscard]] runtime::task<runtime::result<std::unique_ptr<runtime::byte_stream>>> dial(listener to);
  /// A JSON request with a team's credential.
  [[nodiscard]] runtime::http::request make_request(std::string method, std::string target,
                                                    const std::string& team, bool administrator,
                                                    std::string body) const;

 private:
  using connection = std::unique_ptr<runtime::http::client_connection>;
  [[nodiscard]] runtime::task<runtime::result<connection>> connect(listener to);
  world& world_;
  std::map<listener, std::vector<connection>> idle_;
};

}  // namespace kitfox::conformance
