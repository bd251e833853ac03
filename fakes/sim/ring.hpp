#pragma once
#include <cstddef>
#include <utility>
#include <vector>

namespace kitfox::sim {

/// A first-in first-out queue that keeps its memory: after it has grown, pushing and popping allocate
/// nothing. `T` is default constructible and movable.
template <class T>
class ring {
 public:
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  void push(T&& one) {
    if (count_ == slots_.size()) grow();
    slots_[(first_ + count_) & (slots_.size() - 1)] = std::move(one);
    ++count_;
  }
  /// Must not be empty.
  T pop() {
    T one = std::move(slots_[first_]);
    first_ = (first_ + 1) & (slots_.size() - 1);
    --count_;
    return one;
  }

 private:
  void grow() {
    std::vector<T> wider(slots_.empty() ? 16 : slots_.size() * 2);
    for (std::size_t i = 0; i < count_; ++i) wider[i] = std::move(slots_[(first_ + i) & (slots_.size() - 1)]);
    slots_ = std::move(wider);
    first_ = 0;
  }
  std::vector<T> slots_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace kitfox::sim
