#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "protocol/error.hpp"

namespace kitfox::protocol {

/// Bounds of one decoder. Everything a peer can make it keep is bounded by these.
struct sse_limits {
  /// Most bytes one event may need: what is kept of it so far plus the line being read (its terminator
  /// excluded), and again after repair of invalid UTF-8. Bounds comments and unknown fields line by line. The
  /// decoder never holds more than twice this much.
  std::size_t event_bytes_max{1024 * 1024};
  /// Longest event id; a longer one is ignored like one with NUL, so it never reaches a request header.
  std::size_t id_bytes_max{4096};
  /// `retry:` values are clamped to this range; the lower bound keeps `retry:0` from becoming a hot loop.
  std::chrono::milliseconds retry_min{100};
  std::chrono::milliseconds retry_max{std::chrono::minutes{5}};
};

/// One event. The views point into the decoder or into the caller's chunk and are valid during the callback
/// only.
struct sse_event {
  std::string_view type;  ///< "message" unless an `event:` line named another.
  std::string_view id;    ///< Last event id as of this event; may come from an earlier event; empty = none.
  std::string_view data;  ///< Data lines joined by LF, valid UTF-8.
};

/// Receives what the decoder finds. Must not call back into the decoder.
class sse_sink {
 public:
  virtual ~sse_sink() = default;
  virtual void on_event(const sse_event& event) = 0;
  /// A comment line, without its colon and terminator, as soon as its line has ended. The view dies with the
  /// call.
  virtual void on_comment(std::string_view) {}
};

/// Decodes a stream of server-sent events, bytes in, events out, without I/O (WHATWG HTML §9.2.6,
/// "Interpreting an event stream"). The same bytes give the same events, comments and error however they are
/// cut into chunks.
///
/// Bytes are UTF-8 whatever the Content-Type says; each maximal invalid part becomes U+FFFD. One leading byte
/// order mark per connection is dropped. An event is delivered at its blank line, before the next byte is
/// looked at. Removing a transfer or content coding is the HTTP layer's work: feed() takes the decoded body.
///
/// Not thread safe. No call blocks or throws, but for std::bad_alloc and what the sink throws; after an
/// exception only reset_for_new_connection() may be called.
class sse_decoder {
 public:
  explicit sse_decoder(sse_limits limits = {}) : limits_{limits} {}

  /// Decodes the next bytes of the body and calls `sink` for each event they complete, in order.
  /// Returns protocol_errc::event_too_large once a limit was exceeded; events before the culprit have been
  /// delivered. The decoder then stays failed, and later calls return the same error, until
  /// reset_for_new_connection().
  [[nodiscard]] error_code feed(std::string_view bytes, sse_sink& sink);

  /// The same with a callable that takes `const sse_event&`; comments are dropped.
  template <class OnEvent>
  requires std::is_invocable_v<OnEvent&, const sse_event&>
  [[nodiscard]] error_code feed(std::string_view bytes, OnEvent&& on_event) {
    struct : sse_sink {
      std::remove_reference_t<OnEvent>* call{};
      void on_event(const sse_event& event) override { (*call)(event); }
    } sink;
    sink.call = &on_event;
    return feed(bytes, static_cast<sse_sink&>(sink));
  }

  /// The body ended, in whatever way (end of stream, reset, timeout): what was not closed by a blank line is
  /// dropped.
  void end_of_stream() noexcept { reset_for_new_connection(); }

  /// Forgets everything about the connection: partial characters, lines and events, an uncommitted id, the
  /// byte order mark, a failure. Keeps the last event id and the retry time. Releases the buffers.
  void reset_for_new_connection() noexcept;

  /// The reconnection time, clamped to the limits; none until the peer sent a valid `retry:`. Takes effect
  /// with the line, also in a block without data.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }

  /// The id of the last finished block that set one, valid UTF-8 without CR, LF and NUL; empty = none.
  [[nodiscard]] const std::string& last_event_id() const noexcept { return last_id_; }

  /// What a reconnect puts into `Last-Event-ID`. None when the id is empty or holds a byte that RFC 9110 §5.5
  /// forbids in a field value.
  [[nodiscard]] std::optional<std::string_view> last_event_id_header() const noexcept;

  /// Configures the id of the first request. protocol_errc::bad_format, and no change, if it is longer than
  /// the limit, not valid UTF-8, or holds CR, LF or NUL.
  [[nodiscard]] error_code set_last_event_id(std::string_view id);

  /// Memory held in buffers, in bytes; at most twice sse_limits::event_bytes_max and a small constant.
  [[nodiscard]] std::size_t buffered_bytes() const noexcept;

 private:
  /// A field of the block being read: a view into the current chunk while that lives, an own copy after.
  struct block_field {
    std::string_view view;
    std::string own;
    bool present{false};
    bool borrowed{false};

    [[nodiscard]] std::string_view get() const noexcept { return borrowed ? view : std::string_view{own}; }
    void borrow(std::string_view value) noexcept;
    void keep(std::size_t size_max);
    void clear() noexcept;
  };
  enum class bom_state : std::uint8_t { none, one_byte, two_bytes, done };

  std::string_view skip_bom(std::string_view bytes);
  bool on_line(std::string_view line, sse_sink& sink);
  void on_field(std::string_view name, std::string_view value);
  void on_data(std::string_view value);
  void on_id(std::string_view value);
  void on_retry(std::string_view value) noexcept;
  bool dispatch(sse_sink& sink);
  bool hold_partial(std::string_view bytes);
  void begin_data_line(std::string_view rest);
  bool finish_partial(sse_sink& sink);
  void count_kept() noexcept;
  void keep_borrowed();
  void clear_block() noexcept;

  sse_limits limits_;
  std::optional<std::chrono::milliseconds> retry_;
  std::string last_id_;  ///< Committed.
  block_field data_;     ///< Joined data lines of this block.
  block_field type_;
  std::string id_;    ///< Repaired id of this block; meaningful if id_set_.
  std::string line_;  ///< Start of a line whose end has not arrived and whose field is not yet known.
  std::string repaired_data_;
  std::string repaired_type_;
  std::size_t kept_bytes_{0};  ///< Raw bytes of data, type and id of this block.
  std::size_t line_bytes_{0};  ///< Bytes of the unfinished line, in line_ or already appended to data_.
  bom_state bom_{bom_state::none};
  bool id_set_{false};
  bool in_data_line_{false};  ///< The unfinished line is a data line; its value goes straight to data_.
  bool skip_lf_{false};       ///< The last byte was a CR: an LF that follows belongs to it.
  bool failed_{false};
};

}  // namespace kitfox::protocol
