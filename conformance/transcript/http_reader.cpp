#include "conformance/transcript/http_reader.hpp"

#include <algorithm>
#include <charconv>

#include "runtime/ascii.hpp"

namespace kitfox::conformance {
namespace {

using runtime::lower_case;
using runtime::trimmed;

/// Fields of most heads; more cost an allocation.
constexpr std::size_t usual_fields = 8;

std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  return line;
}

/// "GET /path HTTP/1.1"
bool parse_request_line(std::string_view line, http_head& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last <= first || first == 0) return false;
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return false;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  return !head.target.empty() && head.target.find(' ') == std::string::npos;
}

/// "HTTP/1.1 200 OK"
bool parse_status_line(std::string_view line, http_head& head) {
  if (line.size() < 12 || (!line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.0 "))) return false;
  const auto [end, failure] = std::from_chars(line.data() + 9, line.data() + 12, head.status);
  return failure == std::errc{} && end == line.data() + 12 && head.status >= 100;
}

}  // namespace

std::string_view http_head::get(std::string_view lower_case_name) const noexcept {
  for (const auto& [name, value] : fields) {
    if (name == lower_case_name) return value;
  }
  return {};
}

void http_reader::fail(std::string_view why) {
  state_ = state::failed;
  line_.clear();
  sink_.on_malformed(why);
}

void http_reader::take_head() {
  std::string_view text{line_};
  http_head head;
  const std::string_view start = next_line(text);
  const bool fine =
      which_ == direction::requests ? parse_request_line(start, head) : parse_status_line(start, head);
  if (!fine) return fail("start line");
  head.fields.reserve(usual_fields);
  while (!text.empty()) {
    const std::string_view field = next_line(text);
    if (field.empty()) break;
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos || colon == 0) return fail("header field");
    head.fields.emplace_back(lower_case(field.substr(0, colon)),
                             std::string{trimmed(field.substr(colon + 1))});
  }
  line_.clear();
  begin_body(std::move(head));
}

void http_reader::begin_body(http_head head) {
  const bool interim = which_ == direction::responses && head.status < 200;
  std::string method;
  if (which_ == direction::responses && !interim && !methods_.empty()) {
    method = std::move(methods_.front());
    methods_.erase(methods_.begin());
  }
  const std::string length{head.get("content-length")};
  const bool chunked = lower_case(head.get("transfer-encoding")).ends_with("chunked");
  const bool bodiless = interim || method == "HEAD" || head.status == 204 || head.status == 304;
  if (interim) return;  // stays in the head state: the final response follows (RFC 9110 §15.2)
  sink_.on_head(std::move(head));
  if (bodiless) return finish_message();
  if (chunked) {
    state_ = state::chunk_size;
  } else if (!length.empty()) {
    const auto [end, failure] = std::from_chars(length.data(), length.data() + length.size(), left_);
    if (failure != std::errc{} || end != length.data() + length.size()) return fail("content-length");
    state_ = state::body_length;
    if (left_ == 0) finish_message();
  } else if (which_ == direction::requests) {
    finish_message();
  } else {
    state_ = state::body_close;
  }
}

void http_reader::finish_message() {
  state_ = state::head;
  sink_.on_message_end();
}

/// Moves bytes up to and including the next LF into line_; true once a whole line is there.
bool http_reader::take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  const std::size_t taken = end == std::string_view::npos ? bytes.size() : end + 1;
  line_ += bytes.substr(0, taken);
  bytes.remove_prefix(taken);
  return end != std::string_view::npos;
}

void http_reader::take_chunk_size() {
  const std::string_view text{line_};
  std::uint64_t size = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), size, 16);
  const bool fine =
      failure == std::errc{} && end != text.data() && (*end == '\r' || *end == ';' || *end == ' ');
  line_.clear();
  if (!fine) return fail("chunk size");
  left_ = size;
  state_ = size == 0 ? state::trailers : state::chunk_data;
}

void http_reader::feed(std::string_view bytes) {
  while (!bytes.empty() && state_ != state::failed) {
    switch (state_) {
      case state::head:
        if (line_.empty() && (bytes.front() == '\r' || bytes.front() == '\n')) {
          bytes.remove_prefix(1);  // an empty line before a message is allowed (RFC 9112 §2.2)
          break;
        }
        if (const bool line = take_line(bytes); line_.size() > head_bytes_max)
          fail("head too long");
        else if (line && line_.ends_with("\r\n\r\n"))
          take_head();
        break;
      case state::body_length:
      case state::chunk_data: {
        const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
        sink_.on_body(bytes.substr(0, taken));
        bytes.remove_prefix(taken);
        left_ -= taken;
        if (left_ == 0) {
          if (state_ == state::body_length)
            finish_message();
          else
            state_ = state::chunk_end;
        }
        break;
      }
      case state::body_close:
        sink_.on_body(bytes);
        bytes = {};
        break;
      case state::chunk_size:
        if (const bool line = take_line(bytes); line_.size() > head_bytes_max)
          fail("chunk size too long");
        else if (line)
          take_chunk_size();
        break;
      case state::chunk_end:
        if (take_line(bytes)) {
          const bool fine = line_ == "\r\n";
          line_.clear();
          if (!fine)
            fail("chunk end");
          else
            state_ = state::chunk_size;
        } else if (line_.size() > 2) {
          fail("chunk end");
        }
        break;
      case state::trailers:
        if (const bool line = take_line(bytes); line_.size() > head_bytes_max) {
          fail("trailers too long");
        } else if (line) {
          const bool last = line_ == "\r\n";
          line_.clear();
          if (last) finish_message();
        }
        break;
      case state::failed:
        break;
    }
  }
}

void http_reader::end_of_stream() {
  if (state_ == state::body_close) finish_message();
}

}  // namespace kitfox::conformance
