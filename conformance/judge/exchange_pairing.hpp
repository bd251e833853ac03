#pragma once
#include <map>
#include <tuple>
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
  struct seen {
    std::size_t index = 0;
    bool at_client = false, at_server = false;
  };
  [[nodiscard]] static seen* partner(std::vector<seen>& wire, const record& one,
                                     const std::vector<exchange>& all);

  std::map<std::tuple<std::uint64_t, wire_end, std::uint32_t>, std::size_t> known_;
  std::map<std::uint64_t, std::vector<seen>> wires_;
};

}  // namespace kitfox::conformance
