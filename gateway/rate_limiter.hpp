#pragma once
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/clock.hpp"

namespace kitfox::gateway {

/// How many events a window may hold, and how many different names are counted at a time.
struct rate_bounds {
  std::size_t count_max = 1;  ///< Burst, and number per window in the long run; at least 1.
  runtime::duration window = std::chrono::minutes{1};
  std::size_t names_max = 1;  ///< At least 1. Over it the name that was quiet longest is forgotten.
};

/// Limits a rate per name by the generic cell rate algorithm (ITU-T I.371 Annex A): one time per name, no
/// timers. No I/O. Times must not go back.
class rate_limiter {
 public:
  explicit rate_limiter(rate_bounds bounds);
  /// Counts one event of `name`. None: it may go on. Else it is refused, was not counted, and the next one is
  /// welcome after that time.
  [[nodiscard]] std::optional<runtime::duration> acquire(std::string_view name, runtime::mono_time now);
  [[nodiscard]] std::size_t names() const noexcept { return by_name_.size(); }

 private:
  struct entry {
    std::string name;
    runtime::mono_time empty_at;  ///< When the bucket would be empty again; the theoretical arrival time.
  };
  void forget(runtime::mono_time now);
  rate_bounds bounds_;
  runtime::duration spacing_;
  std::list<entry> recent_;  ///< Most recently used first.
  std::unordered_map<std::string_view, std::list<entry>::iterator> by_name_;
};

}  // namespace kitfox::gateway
