#pragma once
#include <cstddef>
#include <memory>
#include <string_view>

#include "runtime/input_buffer.hpp"
#include "runtime/network.hpp"

namespace kitfox::conformance {

/// A kept HTTP/1.1 connection that sends prepared bytes and looks at no more of an answer than its status
/// and its end, so that a load generator costs little beside what it loads.
class bare_connection {
 public:
  static constexpr std::size_t answer_bytes_max = 1024 * 1024;

  explicit bare_connection(std::unique_ptr<runtime::byte_stream> stream)
      : stream_{std::move(stream)}, input_{64 * 1024} {}

  /// Sends a whole request and waits for the whole answer. Returns the status. Errors: what byte_stream
  /// says; bad_message for an answer that has no end or is too long.
  [[nodiscard]] runtime::task<runtime::result<int>> exchange(std::string_view request);
  /// Body of the last answer as it came, in chunks if the sender used them; valid until the next exchange.
  [[nodiscard]] std::string_view body() const noexcept { return input_.view().substr(head_bytes_); }
  void close() noexcept { stream_->close(); }

 private:
  std::unique_ptr<runtime::byte_stream> stream_;
  runtime::input_buffer input_;
  std::size_t head_bytes_ = 0;
};

/// Where the answer at the start of `bytes` ends.
struct answer_extent {
  enum class state { partial, whole, malformed };
  state found = state::partial;
  int status = 0;
  std::size_t head_bytes = 0, total_bytes = 0;
};
[[nodiscard]] answer_extent find_answer_end(std::string_view bytes) noexcept;

}  // namespace kitfox::conformance
