#include "conformance/judge/exchange_pairing.hpp"

#include <algorithm>

namespace kitfox::conformance {

exchange_pairing::seen* exchange_pairing::partner(std::vector<seen>& wire, const record& one,
                                                  const std::vector<exchange>& all) {
  const bool client = one.at == wire_end::client;
  const auto fits = [&](const seen& other) {
    const exchange& candidate = all[other.index];
    // An answer may come before its request is whole, and so be the first that is seen of it at either end.
    if (client) return !other.at_client && candidate.number == one.exchange;
    return !other.at_server && !candidate.received;
  };
  const auto found = std::find_if(wire.begin(), wire.end(), fits);
  return found == wire.end() ? nullptr : &*found;
}

exchange* exchange_pairing::find(const record& one, std::vector<exchange>& all) {
  const auto [slot, fresh] = known_.try_emplace({one.conn, one.at, one.exchange}, all.size());
  if (!fresh) return &all[slot->second];
  const bool client = one.at == wire_end::client;
  auto& wire = wires_[one.conn];
  if (seen* other = partner(wire, one, all)) {
    (client ? other->at_client : other->at_server) = true;
    slot->second = other->index;
    return &all[other->index];
  }
  wire.push_back({all.size(), client, !client});
  return nullptr;
}

}  // namespace kitfox::conformance
