#include "runtime/http/printer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "runtime/ascii.hpp"
#include "runtime/assert.hpp"

namespace kitfox::runtime::http {
namespace {

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

constexpr std::array<bool, 256> make_token_table() {
  constexpr std::string_view separators = "\"(),/:;<=>?@[\\]{} ";
  std::array<bool, 256> out{};
  for (std::size_t c = 0x21; c < 0x7f; ++c)
    out[c] = separators.find(static_cast<char>(c)) == std::string_view::npos;
  return out;
}
constexpr std::array<bool, 256> token_table = make_token_table();

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return token_table[static_cast<unsigned char>(c)]; });
}

void print_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  const std::size_t begin = out.size();
  out += value;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
      [](char c) { return c != '\t' && is_control(c); }, ' ');
  out += "\r\n";
}

bool is_framing(std::string_view name) noexcept {
  return same_letters(name, "Content-Length") || same_letters(name, "Transfer-Encoding");
}

void print_fields(std::string& out, const fields& headers) {
  for (const auto& [name, value] : headers.all()) {
    if (is_framing(name) || !is_token(name)) continue;
    print_field(out, name, value);
  }
}

}  // namespace

result<std::string> print_request(const request& message) {
  const bool plain_target =
      !message.target.empty() && std::none_of(message.target.begin(), message.target.end(),
                                              [](char c) { return is_control(c) || c == ' '; });
  if (!is_token(message.method) || !plain_target) return errc::malformed;
  std::string out;
  out.reserve(256 + message.target.size() + message.body.size());
  out += message.method;
  out += ' ';
  out += message.target;
  out += " HTTP/1.1\r\n";
  print_fields(out, message.headers);
  if (!message.headers.get("Host")) print_field(out, "Host", "");
  const bool announces_body =
      message.method == "POST" || message.method == "PUT" || message.method == "PATCH";
  if (announces_body || !message.body.empty())
    print_field(out, "Content-Length", std::to_string(message.body.size()));
  out += "\r\n";
  out += message.body;
  return out;
}

std::string print_response_head(const response& message, const response_frame& frame) {
  KITFOX_ASSERT(message.status >= 100 && message.status <= 999);
  std::string out;
  out.reserve(256);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", message.status,
                 reason_phrase(message.status));
  print_fields(out, message.headers);
  if (!frame.date.empty() && !message.headers.get("Date")) print_field(out, "Date", frame.date);
  switch (frame.framing) {
    case body_framing::length:
      print_field(out, "Content-Length", std::to_string(frame.body_bytes));
      break;
    case body_framing::chunked:
      print_field(out, "Transfer-Encoding", "chunked");
      break;
    case body_framing::none:
    case body_framing::until_end:
      break;
  }
  if (frame.close) print_field(out, "Connection", "close");
  out += "\r\n";
  return out;
}

std::string print_chunk(std::string_view bytes) {
  KITFOX_ASSERT(!bytes.empty());
  std::array<char, sizeof(std::size_t) * 2> digits;
  char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16).ptr;
  std::string out;
  out.reserve(bytes.size() + 20);
  out.append(digits.data(), end);
  out += "\r\n";
  out += bytes;
  out += "\r\n";
  return out;
}

std::string print_http_date(wall_time when) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(when - day)};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[std::chrono::weekday{day}.c_encoding()],
                     unsigned{date.day()}, months[unsigned{date.month()} - 1], int{date.year()},
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace kitfox::runtime::http
