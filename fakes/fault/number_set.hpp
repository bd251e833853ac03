#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::fault {

/// A set of ordinal numbers, counted from 1: "3", "2..5", "4..", "every 3", or several, comma separated.
/// The empty set stands for "no restriction".
class number_set {
 public:
  number_set() = default;
  /// Exactly `n`, which must be at least 1.
  static number_set only(std::uint64_t n);
  /// Empty optional when `text` is none of the forms above, or counts from 0.
  static std::optional<number_set> parse(std::string_view text);

  [[nodiscard]] bool unrestricted() const noexcept { return parts_.empty(); }
  /// True for every number when unrestricted.
  [[nodiscard]] bool contains(std::uint64_t n) const noexcept;
  bool operator==(const number_set&) const = default;

 private:
  struct part {
    std::uint64_t first = 1, last = 1, step = 1;  ///< first, first + step, ... up to last.
    bool operator==(const part&) const = default;
  };
  static std::optional<part> parse_part(std::string_view text);
  std::vector<part> parts_;
};

}  // namespace kitfox::fault
