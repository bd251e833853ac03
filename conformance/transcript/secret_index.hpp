#pragma once
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kitfox::conformance {

/// Finds parts of secrets in texts: any piece of `part_bytes` that begins at a multiple of it, so that every
/// leak of twice as many bytes less one is found, whatever else of the secret is missing.
class secret_index {
 public:
  static constexpr std::size_t part_bytes = 8;

  void add(std::string_view secret, const std::string& id);
  /// The id of a secret of which `text` holds a part; empty: of none. Takes time in the length of `text`
  /// alone.
  [[nodiscard]] std::string_view find_in(std::string_view text) const;

 private:
  static constexpr std::size_t filter_bits = 1 << 16;
  [[nodiscard]] static std::uint64_t part_at(const char* bytes) noexcept;
  [[nodiscard]] static std::size_t slot_of(std::uint64_t part) noexcept;
  std::unordered_map<std::uint64_t, std::string> parts_;
  std::bitset<filter_bits> filter_;  ///< Most places of most texts go no further than this.
};

}  // namespace kitfox::conformance
