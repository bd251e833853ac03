#include "protocol/sse_encoder.hpp"

#include "protocol/utf8.hpp"

namespace kitfox::protocol {
namespace {

bool holds_any(std::string_view text, std::string_view bytes) noexcept {
  return text.find_first_of(bytes) != std::string_view::npos;
}

bool is_encodable(const sse_message& message) noexcept {
  if (holds_any(message.type, "\r\n") || !is_utf8(message.type)) return false;
  if (message.id && (holds_any(*message.id, std::string_view{"\r\n\0", 3}) || !is_utf8(*message.id)))
    return false;
  if (message.retry && message.retry->count() < 0) return false;
  return is_utf8(message.data);
}

void append_line(std::string& out, std::string_view prefix, std::string_view value) {
  out += prefix;
  out += value;
  out += '\n';
}

void append_lines(std::string& out, std::string_view prefix, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    const char* const line_end = find_line_end(at, end);
    append_line(out, prefix, {at, static_cast<std::size_t>(line_end - at)});
    if (line_end == end) return;
    at = line_end + 1;
    if (*line_end == '\r' && at != end && *at == '\n') ++at;
  }
}

}  // namespace

error_code append_sse_event(std::string& out, const sse_message& message) {
  if (!is_encodable(message)) return protocol_errc::unencodable_event;
  if (!message.type.empty()) append_line(out, "event: ", message.type);
  if (message.id) append_line(out, "id: ", *message.id);
  if (message.retry) append_line(out, "retry: ", std::to_string(message.retry->count()));
  append_lines(out, "data: ", message.data);
  out += '\n';
  return {};
}

result<std::string> encode_sse_event(const sse_message& message) {
  std::string out;
  if (const error_code error = append_sse_event(out, message)) return error;
  return out;
}

std::string encode_sse_comment(std::string_view text) {
  std::string out;
  append_lines(out, ": ", text);
  return out;
}

std::string encode_sse_retry(std::chrono::milliseconds retry) {
  std::string out;
  append_line(out, "retry: ", std::to_string(retry.count()));
  out += '\n';
  return out;
}

}  // namespace kitfox::protocol
