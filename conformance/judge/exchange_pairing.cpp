#include "conformance/judge/exchange_pairing.hpp"

#include <algorithm>

namespace kitfox::conformance {

exchange_pairing::alone::const_iterator exchange_pairing::partner(const alone& unpaired, const record& one,
                                                                  const std::vector<exchange>& all) {
  return std::find_if(unpaired.begin(), unpaired.end(), [&](const seen& other) {
    if (other.at == one.at) return false;
    const exchange& candidate = all[other.index];
    // An answer may come before its request is whole, and so be the first that is seen of it at either end.
    return one.at == wire_end::client ? candidate.number == one.exchange : !candidate.received;
  });
}

exchange* exchange_pairing::find(const record& one, std::vector<exchange>& all) {
  wire& on = wires_[one.conn];
  auto& known = one.at == wire_end::client ? on.at_client : on.at_server;
  const auto [slot, fresh] = known.try_emplace(one.exchange, all.size());
  if (!fresh) return &all[slot->second];
  const auto other = partner(on.unpaired, one, all);
  if (other == on.unpaired.end()) {
    on.unpaired.push_back({all.size(), one.at});
    return nullptr;
  }
  slot->second = other->index;
  on.unpaired.erase(other);
  return &all[slot->second];
}

}  // namespace kitfox::conformance
