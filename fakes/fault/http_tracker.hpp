#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "fakes/fault/http_parser.hpp"
#include "fakes/fault/path.hpp"
#include "fakes/fault/sse_splitter.hpp"

namespace kitfox::fault {

/// One request and its response on a connection.
struct http_exchange {
  std::string method, target;  ///< Empty for a response that nobody asked for.
  bool request_done = false, response_done = false;
  bool response_begun = false;  ///< Its final head has come.
  bool event_stream = false;    ///< The response is text/event-stream.
  bool chunked = false;         ///< The response is chunked.
  /// For whoever follows the connection; the tracker does not look at them.
  bool selected = false;   ///< The request fits the fault's match.
  bool swallowed = false;  ///< The response is not for the client.
  std::string then;        ///< Bytes for the client, due when the response has ended.
};

/// Follows what http_tracker understands. Exchanges live until both their messages have ended.
class http_listener {
 public:
  virtual ~http_listener() = default;
  virtual void on_request_piece(http_exchange& of, http_piece what, std::string_view raw,
                                const http_head* head) = 0;
  virtual void on_request_end(http_exchange& of) = 0;
  virtual void on_response_piece(http_exchange& of, http_piece what, std::string_view raw,
                                 const http_head* head) = 0;
  virtual void on_response_end(http_exchange& of) = 0;
  /// Empty lines between messages, and everything once the connection is no HTTP/1.x.
  virtual void on_other_bytes(side from, std::string_view raw) = 0;
};

/// The HTTP/1.1 exchanges of one connection, both directions together, without I/O. Copyable: a fault that is
/// added to a live connection goes on from a copy of what was seen so far.
class http_tracker {
 public:
  /// Exchanges under way at a time; more make the connection opaque.
  static constexpr std::size_t exchanges_max = 1024;

  void feed(side from, std::string_view bytes, http_listener& listener);
  /// `from` ended its direction.
  void finish(side from, http_listener& listener);
  /// Only keeps count, also of server-sent events.
  void observe(side from, std::string_view bytes);
  /// What is held was passed on by the one this is a copy of.
  void forget_held() noexcept;

  [[nodiscard]] std::deque<http_exchange>& exchanges() noexcept { return exchanges_; }
  [[nodiscard]] const http_parser& parser(side from) const noexcept {
    return from == side::client ? request_ : response_;
  }
  /// Of the response now coming in, begun afresh with its head; the listener feeds it, observe() does itself.
  [[nodiscard]] sse_splitter& splitter() noexcept { return splitter_; }
  [[nodiscard]] const sse_splitter& splitter() const noexcept { return splitter_; }
  [[nodiscard]] std::size_t held(side from) const noexcept { return parser(from).held(); }

 private:
  class adapter;
  [[nodiscard]] http_exchange& sending();    ///< The exchange whose request is coming in.
  [[nodiscard]] http_exchange& answering();  ///< The first whose response has not ended.
  void drop_done();

  http_parser request_{http_role::request};
  http_parser response_{http_role::response};
  std::deque<http_exchange> exchanges_;
  bool interim_ = false;  ///< The response now coming in is a 1xx.
  sse_splitter splitter_;
};

}  // namespace kitfox::fault
