#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace kitfox::runtime {

/// Bytes that were read and not yet consumed. It grows with the speed of the peer and gives its memory back
/// when it runs empty, so that an idle connection holds `read_bytes_min` only.
class input_buffer {
 public:
  explicit input_buffer(std::size_t read_bytes_max) : read_bytes_max_{read_bytes_max} {}

  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  /// Room for the next read. Valid until commit() or the next prepare().
  [[nodiscard]] std::span<char> prepare();
  /// Takes over the first `count` bytes of what prepare() returned.
  void commit(std::size_t count);
  void consume(std::size_t count) noexcept;
  /// Returns the memory if there is nothing in it. prepare() may not be in use.
  void release() noexcept;

  static constexpr std::size_t read_bytes_min = 1024;

 private:
  void reallocate(std::size_t capacity);

  std::size_t read_bytes_max_;
  std::size_t next_read_ = read_bytes_min;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace kitfox::runtime
