#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kitfox::conformance {

/// One message head as it stood on the wire; field names in lower case.
struct http_head {
  std::string method, target;  ///< Of a request.
  int status = 0;              ///< Of a response.
  std::vector<std::pair<std::string, std::string>> fields;
  /// First value of `lower_case_name`, empty where there is none.
  [[nodiscard]] std::string_view get(std::string_view lower_case_name) const noexcept;
};

/// What a reader reports, in the order of the bytes.
class http_reader_sink {
 public:
  virtual ~http_reader_sink() = default;
  virtual void on_head(http_head head) = 0;
  virtual void on_body(std::string_view bytes) = 0;
  virtual void on_message_end() = 0;
  /// The bytes are not HTTP/1.1; the reader takes nothing more.
  virtual void on_malformed(std::string_view why) = 0;
};

/// Follows one direction of one connection from outside (RFC 9112): heads, bodies by length, chunks or close.
/// It observes and never repairs: what a strict peer would refuse is reported as malformed. Heads,
/// chunk sizes and lines of trailers are bounded by `head_bytes_max`, however their bytes come; bodies are
/// passed on as they come and never kept.
class http_reader {
 public:
  enum class direction { requests, responses };
  static constexpr std::size_t head_bytes_max = 64 * 1024;

  http_reader(direction which, http_reader_sink& sink) : which_{which}, sink_{sink} {}
  void feed(std::string_view bytes);
  /// The direction ended: completes a body that lasts until close.
  void end_of_stream();
  /// For responses: the method of the request that the next final response answers, in order.
  void expect_response_to(std::string method) { methods_.push_back(std::move(method)); }
  [[nodiscard]] bool inside_message() const noexcept { return state_ != state::head || !line_.empty(); }

 private:
  enum class state { head, body_length, body_close, chunk_size, chunk_data, chunk_end, trailers, failed };
  void take_head();
  void begin_body(http_head head);
  void finish_message();
  void fail(std::string_view why);
  bool take_line(std::string_view& bytes);
  void take_chunk_size();

  direction which_;
  http_reader_sink& sink_;
  state state_ = state::head;
  std::string line_;  ///< Bytes of an unfinished head or line.
  std::uint64_t left_ = 0;
  std::vector<std::string> methods_;
};

}  // namespace kitfox::conformance
