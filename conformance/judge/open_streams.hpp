#pragma once
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "conformance/judge/evidence.hpp"

namespace kitfox::conformance {

/// Streams as the gateway has them at one moment.
struct open_streams {
  std::size_t surely = 0;   ///< Open for a while before and after.
  std::size_t perhaps = 0;  ///< Began or ended within that while: the gateway may count them or not.
};
/// How far from the moment in question something must be to count as settled.
inline constexpr instant settled_after = 1'000'000'000;

/// Counts the streams that `of` takes. For few questions: it goes through all streams.
[[nodiscard]] open_streams open_streams_at(const evidence& about, instant t,
                                           const std::function<bool(const stream&)>& of);

/// The same for the streams of one key, for as many questions as there are posted heartbeats.
class streams_of_keys {
 public:
  explicit streams_of_keys(const evidence& about);
  [[nodiscard]] open_streams at(const std::string& key, instant t) const;

  /// A stream that the gateway accepted, as it has it.
  struct lifetime {
    instant begun = 0, over = 0;
    std::optional<instant> connected;
  };

 private:
  struct line {
    std::vector<lifetime> streams;   ///< By `begun`.
    std::vector<instant> over_last;  ///< Of each and those before it.
  };
  std::unordered_map<std::string, line> lines_;
};

}  // namespace kitfox::conformance
