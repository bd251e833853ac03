#pragma once
#include <unordered_map>
#include <vector>

#include "conformance/judge/evidence.hpp"

namespace kitfox::conformance {

/// Which exchange the records of a wire belong to. Both ends number what they see for themselves: what a
/// fault answers in the server's place, or delivers twice, is an exchange at one end alone, and the numbers
/// after it differ. A request goes on to the server before the next one is sent, so that order tells which is
/// which.
class exchange_pairing {
 public:
  /// The exchange in `all` that `one` belongs to; nullptr if it is the first word of it. Then the caller adds
  /// it to `all`, as its last.
  [[nodiscard]] exchange* find(const record& one, std::vector<exchange>& all);

 private:
  /// Seen at one end alone so far, and its place among all.
  struct seen {
    std::size_t index = 0;
    wire_end at = wire_end::client;
  };
  using alone = std::vector<seen>;
  struct wire {
    std::unordered_map<std::uint32_t, std::size_t> at_client, at_server;  ///< By the number that end gave.
    alone unpaired;  ///< In order; pairs leave it, so that long connections stay quick to read.
  };
  [[nodiscard]] static alone::const_iterator partner(const alone& unpaired, const record& one,
                                                     const std::vector<exchange>& all);

  std::unordered_map<std::uint64_t, wire> wires_;
};

}  // namespace kitfox::conformance
