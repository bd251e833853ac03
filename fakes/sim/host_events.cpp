#include "fakes/sim/host_events.hpp"

#include <bit>
#include <type_traits>

namespace kitfox::sim {
namespace {

std::uint64_t hash_field(const runtime::event_field& field, std::uint64_t seed) {
  const std::uint64_t named = hash_bytes(field.name, seed);
  return std::visit(
      [named](const auto& value) -> std::uint64_t {
        using type = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<type, std::string_view>)
          return hash_bytes(value, named);
        else if constexpr (std::is_same_v<type, double>)
          return hash_bytes({}, named ^ std::bit_cast<std::uint64_t>(value));
        else
          return hash_bytes({}, named ^ static_cast<std::uint64_t>(value));
      },
      field.value);
}

}  // namespace

void host_events::emit(runtime::severity level, std::string_view event,
                       std::span<const runtime::event_field> fields) {
  if (where_.now == node::state::killed) return;
  std::uint64_t hash = hash_bytes(event, static_cast<std::uint64_t>(level));
  for (const runtime::event_field& field : fields) hash = hash_field(field, hash);
  time_.record(trace_kind::event, where_.number, fields.size(), hash);
  if (to_ != nullptr) to_->emit(level, event, fields);
}

}  // namespace kitfox::sim
