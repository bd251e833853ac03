#include "runtime/input_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/assert.hpp"

namespace kitfox::runtime {

std::span<char> input_buffer::prepare() {
  if (empty()) {
    begin_ = end_ = 0;
    if (capacity_ > next_read_) bytes_.reset(), capacity_ = 0;
  }
  if (capacity_ - end_ < next_read_) reallocate(std::max(size() + next_read_, next_read_));
  return {bytes_.get() + end_, next_read_};
}

void input_buffer::reallocate(std::size_t capacity) {
  if (capacity <= capacity_) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, size());
  } else {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (!empty()) std::memcpy(larger.get(), bytes_.get() + begin_, size());
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }
  end_ = size();
  begin_ = 0;
}

void input_buffer::commit(std::size_t count) {
  KITFOX_ASSERT(end_ + count <= capacity_);
  end_ += count;
  if (count >= next_read_) {
    next_read_ = std::min(next_read_ * 4, std::max(read_bytes_max_, read_bytes_min));
  } else if (count < next_read_ / 4) {
    next_read_ = std::max(next_read_ / 4, read_bytes_min);
  }
}

void input_buffer::consume(std::size_t count) noexcept {
  KITFOX_ASSERT(count <= size());
  begin_ += count;
}

void input_buffer::release() noexcept {
  if (!empty()) return;
  bytes_.reset();
  capacity_ = begin_ = end_ = 0;
}

}  // namespace kitfox::runtime
