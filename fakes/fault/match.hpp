#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/fault/number_set.hpp"
#include "fakes/fault/path.hpp"

namespace kitfox::fault {

/// Which way bytes flow: upstream is from the client to the server.
enum class direction { both, upstream, downstream };
[[nodiscard]] constexpr bool concerns(direction which, side from) noexcept {
  return which == direction::both || (which == direction::upstream) == (from == side::client);
}

/// Which connections a fault takes, by whether they were established when it was added.
enum class taken { any, established, fresh };

/// What a fault applies to; everything given must hold. Each kind of fault takes these beside its own
/// parameters, under these names (see registry.hpp).
struct match {
  taken connections = taken::any;   ///< `applies_to`: established, new or any.
  number_set connection;            ///< `connection`: numbers on the link, in order of dials.
  number_set new_connection;        ///< `new_connection`: the n-th dial since the fault was added.
  direction way = direction::both;  ///< `direction`: upstream, downstream or both.
  std::string method;               ///< `method`: of the HTTP request; empty: any.
  /// `path`: of the HTTP request, where * stands for anything; empty: any. What fits without the prefix
  /// /gateway, which agents' URLs have and the protocol's texts leave out, fits too.
  std::string path;
  /// `request`: the n-th request that fits method and path, counted over all connections of the link since
  /// the fault was added.
  number_set request;
  std::string event_type;  ///< `event_type`: of the server-sent event; "comment" for comments; empty: any.
  /// `event`: the n-th server-sent event that fits, counted like `request`, within requests that fit.
  number_set event;
  /// `probability`: decided once per connection and name of the fault, so an edit flips no connection.
  double probability = 1.0;

  /// True when the method and the path of `target` (its query left out) fit; counts nothing.
  [[nodiscard]] bool fits_request(std::string_view one_method, std::string_view target) const noexcept;
  [[nodiscard]] bool needs_request() const noexcept {
    return !method.empty() || !path.empty() || !request.unrestricted();
  }
  [[nodiscard]] bool needs_event() const noexcept { return !event_type.empty() || !event.unrestricted(); }
};

/// True when `text` fits `pattern`, in which * stands for any run of characters, also none.
[[nodiscard]] bool fits_pattern(std::string_view pattern, std::string_view text) noexcept;

}  // namespace kitfox::fault
