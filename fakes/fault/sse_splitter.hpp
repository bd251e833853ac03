#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace kitfox::fault {

/// One block of a server-sent event stream: everything up to and including its blank line.
struct sse_block {
  std::string raw;
  std::string
      type;  ///< "message" unless named; "comment" for a block of comments alone; "" dispatches nothing.
  std::string id;  ///< Of this block alone.
  [[nodiscard]] bool is_event() const noexcept { return !type.empty() && type != "comment"; }
};

/// Cuts the body of a text/event-stream into its blocks (WHATWG HTML §9.2.6), without I/O and however it is
/// cut into chunks. Lines end in CR, LF or CR LF; a CR LF whose LF has not come yet ends the block at its CR.
/// Copyable.
class sse_splitter {
 public:
  explicit sse_splitter(std::size_t block_bytes_max = 1024 * 1024) : block_bytes_max_{block_bytes_max} {}

  struct step {
    std::size_t used = 0;   ///< Bytes of the input that were taken.
    bool complete = false;  ///< A block ended: take_block().
    bool oversize = false;  ///< The block outgrew its bound: take_partial() and pass it on.
  };
  /// Takes bytes up to the end of the block, or all.
  [[nodiscard]] step feed(std::string_view bytes);
  /// The block that has just ended.
  [[nodiscard]] sse_block take_block();
  /// What came of a block that has not ended; the rest of it will be a block of its own.
  [[nodiscard]] std::string take_partial();
  /// Treats what is held as passed on already.
  void forget_held() noexcept { passed_ = held_.size(); }
  [[nodiscard]] std::size_t held() const noexcept { return held_.size() - passed_; }
  /// True when the block now held began before forget_held() was called.
  [[nodiscard]] bool begun_before() const noexcept { return passed_ > 0; }

 private:
  std::size_t block_bytes_max_;
  std::string held_;
  std::size_t line_begin_ = 0;  ///< Of the unfinished line.
  std::size_t passed_ = 0;
  bool continued_ = false;  ///< The unfinished line began in what take_partial() gave out.
  bool skip_lf_ = false;    ///< The last byte was the CR that ended a line.
};

}  // namespace kitfox::fault
