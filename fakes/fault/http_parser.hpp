#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/fault/http_head.hpp"

namespace kitfox::fault {

/// What a piece of an HTTP message is.
enum class http_piece {
  head,         ///< A whole head, blank line included.
  body,         ///< Bytes of the body, without any chunk framing.
  chunk_start,  ///< A chunk-size line.
  chunk_end,    ///< The line end after a chunk's bytes.
  trailer,      ///< The last chunk and the trailer section, up to the final blank line, line by line.
  padding,      ///< Empty lines between messages.
  opaque,       ///< Not HTTP/1.x, a tunnel, or over a limit: nothing more will be understood.
};

/// Receives the pieces. Their bytes together are exactly what was fed, in order.
class http_piece_sink {
 public:
  virtual ~http_piece_sink() = default;
  /// `head` is given with http_piece::head only. `raw` may be empty where its bytes were passed on before
  /// (see http_parser::forget_held()); views die with the call.
  virtual void on_piece(http_role role, http_piece what, std::string_view raw, const http_head* head) = 0;
  /// A message ended; called after its last piece.
  virtual void on_message_end(http_role role) = 0;
  /// Asked before a response's body is framed: the method of the request it answers.
  [[nodiscard]] virtual std::string_view answered_method() = 0;
};

/// Splits one direction of an HTTP/1.1 connection into pieces, without I/O (RFC 9112). However the bytes are
/// cut into chunks, the same messages come out. Copyable. What it cannot understand becomes opaque, never an
/// error: a middlebox passes it on.
class http_parser {
 public:
  struct limits {
    std::size_t head_bytes_max = 64 * 1024;
    std::size_t line_bytes_max = 4096;  ///< Chunk-size and trailer lines.
  };
  explicit http_parser(http_role role) : http_parser{role, limits{}} {}
  http_parser(http_role role, limits bounds) : role_{role}, limits_{bounds} {}

  void feed(std::string_view bytes, http_piece_sink& sink);
  /// The direction ended: gives up what was held as opaque, and ends a message that only the end delimits.
  void finish(http_piece_sink& sink);
  /// Treats what is held as passed on already: later pieces leave it out.
  void forget_held() noexcept { passed_ = held_.size(); }
  /// Bytes fed and neither given out nor forgotten.
  [[nodiscard]] std::size_t held() const noexcept { return held_.size() - passed_; }
  /// Of the last piece of head or line: its beginning had been passed on before, so `raw` is only the rest.
  [[nodiscard]] bool piece_begun_before() const noexcept { return begun_before_; }
  /// True from the first byte of a chunk's size to the end of the line after its bytes.
  [[nodiscard]] bool inside_chunk() const noexcept {
    return state_ == state::chunk_body || state_ == state::chunk_end ||
           (state_ == state::chunk_size && !held_.empty());
  }
  [[nodiscard]] bool opaque() const noexcept { return state_ == state::opaque; }
  /// Everything from now on is opaque: the connection became a tunnel.
  void become_opaque() noexcept { state_ = state::opaque; }

 private:
  enum class state {
    head,
    body_length,
    body_until_close,
    chunk_size,
    chunk_body,
    chunk_end,
    trailer,
    opaque
  };

  [[nodiscard]] std::size_t take_head(std::string_view bytes, http_piece_sink& sink);
  [[nodiscard]] std::size_t take_body(std::string_view bytes, http_piece_sink& sink);
  [[nodiscard]] std::size_t take_line(std::string_view bytes, http_piece_sink& sink);
  void on_head(http_piece_sink& sink);
  void on_line(http_piece_sink& sink);
  void give_up(http_piece_sink& sink);
  void emit_held(http_piece what, http_piece_sink& sink, const http_head* head);
  void end_message(http_piece_sink& sink);
  [[nodiscard]] bool plausible() const noexcept;

  http_role role_;
  limits limits_;
  state state_ = state::head;
  std::string held_;            ///< An unfinished head or line.
  std::size_t line_begin_ = 0;  ///< Where the last, unfinished line of the head begins in held_.
  std::size_t passed_ = 0;      ///< Bytes of held_ that were passed on already.
  bool begun_before_ = false;
  std::uint64_t remaining_ = 0;  ///< Of the body or chunk.
};

}  // namespace kitfox::fault
