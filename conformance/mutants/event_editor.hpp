#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace kitfox::conformance {

/// What becomes of the blocks of an event stream.
class block_edit {
 public:
  virtual ~block_edit() = default;
  /// A block with its blank line, which came in so many pieces. Returns what to pass on; empty: nothing.
  virtual std::string on_block(std::string block, std::size_t pieces) = 0;
  /// The stream ended with the block unfinished. Returns what to pass on.
  virtual std::string on_unfinished(std::string part) { return part; }
};

/// Takes the answer to a connect apart and puts it together again: a head, and a chunked body of
/// server-sent events (RFC 9112 §7.1, WHATWG HTML §9.2.6) whose blocks go through an edit. Other answers, and
/// blocks of more than `block_bytes_max`, pass unchanged.
class event_editor {
 public:
  /// `by` outlives it.
  explicit event_editor(block_edit& by) : by_{by} {}
  /// What the reader gets in place of `bytes`.
  [[nodiscard]] std::string feed(std::string_view bytes);
  /// The connection has ended.
  [[nodiscard]] std::string finish();
  static constexpr std::size_t block_bytes_max = 64 * 1024;

 private:
  enum class part { head, size, data, data_end, rest };
  void take(char byte, std::string& out);
  void take_data(char byte, std::string& payload);
  static void put_chunk(const std::string& payload, std::string& out);

  block_edit& by_;
  part at_ = part::head;
  std::string head_, size_, block_;
  std::size_t left_ = 0, pieces_ = 0;
  bool long_ = false;       ///< The block is over the bound and passes as it comes.
  bool line_empty_ = true;  ///< Nothing of the current line was seen.
  bool after_cr_ = false;   ///< An LF that follows belongs to the CR before it.
};

}  // namespace kitfox::conformance
