#include "conformance/transcript/secret_index.hpp"

#include <cstring>

namespace kitfox::conformance {

std::uint64_t secret_index::part_at(const char* bytes) noexcept {
  std::uint64_t out = 0;
  std::memcpy(&out, bytes, part_bytes);
  return out;
}

std::size_t secret_index::slot_of(std::uint64_t part) noexcept { return (part * 0x9E3779B97F4A7C15U) >> 48; }

void secret_index::add(std::string_view secret, const std::string& id) {
  for (; secret.size() >= part_bytes; secret.remove_prefix(part_bytes)) {
    const std::uint64_t part = part_at(secret.data());
    parts_.emplace(part, id);
    filter_.set(slot_of(part));
  }
}

std::string_view secret_index::find_in(std::string_view text) const {
  if (parts_.empty()) return {};
  for (std::size_t i = 0; i + part_bytes <= text.size(); ++i) {
    const std::uint64_t part = part_at(text.data() + i);
    if (!filter_.test(slot_of(part))) continue;
    if (const auto found = parts_.find(part); found != parts_.end()) return found->second;
  }
  return {};
}

}  // namespace kitfox::conformance
