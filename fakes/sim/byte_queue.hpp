#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace kitfox::sim {

/// Bytes received and not yet read, in order.
class byte_queue {
 public:
  [[nodiscard]] bool empty() const noexcept { return read_ == bytes_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - read_; }
  void push(std::string_view more) {
    if (empty()) clear();
    bytes_ += more;
  }
  /// Moves as many bytes as fit; returns their number.
  std::size_t pop(std::span<char> into) {
    const std::size_t count = std::min(into.size(), size());
    std::copy_n(bytes_.data() + read_, count, into.data());
    read_ += count;
    // Amortised: what was read is thrown away when it is the larger part.
    if (read_ * 2 > bytes_.size()) {
      bytes_.erase(0, read_);
      read_ = 0;
    }
    return count;
  }
  void clear() noexcept {
    bytes_.clear();
    read_ = 0;
  }

 private:
  std::string bytes_;
  std::size_t read_ = 0;
};

}  // namespace kitfox::sim
