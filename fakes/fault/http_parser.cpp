#include "fakes/fault/http_parser.hpp"

#include <algorithm>
#include <charconv>

namespace kitfox::fault {
namespace {

/// Memory for a head or line that stays with the connection.
constexpr std::size_t kept_bytes_max = 1024;

}  // namespace

void http_parser::feed(std::string_view bytes, http_piece_sink& sink) {
  while (!bytes.empty()) {
    std::size_t used = 0;
    switch (state_) {
      case state::head:
        used = take_head(bytes, sink);
        break;
      case state::body_length:
      case state::body_until_close:
      case state::chunk_body:
        used = take_body(bytes, sink);
        break;
      case state::chunk_size:
      case state::chunk_end:
      case state::trailer:
        used = take_line(bytes, sink);
        break;
      case state::opaque:
        if (!held_.empty()) give_up(sink);
        sink.on_piece(role_, http_piece::opaque, bytes, nullptr);
        used = bytes.size();
        break;
    }
    bytes.remove_prefix(used);
  }
}

void http_parser::finish(http_piece_sink& sink) {
  const bool delimited_by_end = state_ == state::body_until_close;
  if (!held_.empty()) give_up(sink);
  state_ = state::opaque;
  if (delimited_by_end) sink.on_message_end(role_);
}

void http_parser::emit_held(http_piece what, http_piece_sink& sink, const http_head* head) {
  // The sink may not feed this parser, but it may ask what is held: it is given out now.
  std::string given;
  given.swap(held_);
  const std::size_t skip = passed_;
  begun_before_ = skip > 0;
  passed_ = 0;
  line_begin_ = 0;
  sink.on_piece(role_, what, std::string_view{given}.substr(skip), head);
  if (given.capacity() > kept_bytes_max) return;
  given.clear();
  held_.swap(given);  // for the next piece
}

void http_parser::give_up(http_piece_sink& sink) {
  state_ = state::opaque;
  emit_held(http_piece::opaque, sink, nullptr);
}

/// Whether what is held may be the beginning of a head: spares other protocols from being held back.
bool http_parser::plausible() const noexcept {
  if (role_ == http_role::response) {
    constexpr std::string_view start = "HTTP/1.";
    const std::size_t n = std::min(start.size(), held_.size());
    return std::string_view{held_}.substr(0, n) == start.substr(0, n);
  }
  constexpr std::size_t method_bytes_max = 32;
  const auto space = std::min(held_.find(' '), held_.size());
  if (space == 0 || space > method_bytes_max) return false;
  return std::all_of(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(space),
                     [](char c) { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; });
}

std::size_t http_parser::take_head(std::string_view bytes, http_piece_sink& sink) {
  if (held_.empty()) {
    const auto padding = std::min(bytes.find_first_not_of("\r\n"), bytes.size());
    if (padding > 0) {
      sink.on_piece(role_, http_piece::padding, bytes.substr(0, padding), nullptr);
      return padding;
    }
  }
  const auto newline = bytes.find('\n');
  const std::size_t used = newline == std::string_view::npos ? bytes.size() : newline + 1;
  held_.append(bytes.substr(0, used));
  if (!plausible() || held_.size() > limits_.head_bytes_max) {
    give_up(sink);
    return used;
  }
  if (newline == std::string_view::npos) return used;
  const std::string_view line = std::string_view{held_}.substr(line_begin_);
  if (line == "\n" || line == "\r\n") {
    on_head(sink);
  } else {
    line_begin_ = held_.size();
  }
  return used;
}

void http_parser::on_head(http_piece_sink& sink) {
  const auto head = parse_http_head(role_, held_);
  if (!head) {
    give_up(sink);
    return;
  }
  const std::string_view method = role_ == http_role::response ? sink.answered_method() : head->method;
  const auto framing = body_framing(role_, *head, method);
  if (!framing) {
    give_up(sink);
    return;
  }
  switch (framing->how) {
    case http_framing::kind::none:
      state_ = state::head;
      break;
    case http_framing::kind::length:
      state_ = state::body_length;
      break;
    case http_framing::kind::chunked:
      state_ = state::chunk_size;
      break;
    case http_framing::kind::until_close:
      state_ = state::body_until_close;
      break;
    case http_framing::kind::tunnel:
      state_ = state::opaque;
      break;
  }
  remaining_ = framing->length;
  emit_held(http_piece::head, sink, &*head);
  if (framing->how == http_framing::kind::none) end_message(sink);
}

void http_parser::end_message(http_piece_sink& sink) {
  if (state_ != state::opaque) state_ = state::head;
  sink.on_message_end(role_);
}

std::size_t http_parser::take_body(std::string_view bytes, http_piece_sink& sink) {
  if (state_ == state::body_until_close) {
    sink.on_piece(role_, http_piece::body, bytes, nullptr);
    return bytes.size();
  }
  const auto used = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
  remaining_ -= used;
  const bool whole = remaining_ == 0;
  const bool chunk = state_ == state::chunk_body;
  if (whole) state_ = chunk ? state::chunk_end : state::body_length;
  sink.on_piece(role_, http_piece::body, bytes.substr(0, used), nullptr);
  if (whole && !chunk) end_message(sink);
  return used;
}

std::size_t http_parser::take_line(std::string_view bytes, http_piece_sink& sink) {
  const auto newline = bytes.find('\n');
  const std::size_t used = newline == std::string_view::npos ? bytes.size() : newline + 1;
  held_.append(bytes.substr(0, used));
  if (held_.size() > limits_.line_bytes_max) {
    give_up(sink);
  } else if (newline != std::string_view::npos) {
    on_line(sink);
  }
  return used;
}

void http_parser::on_line(http_piece_sink& sink) {
  std::string_view line = held_;
  line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
  if (state_ == state::trailer) {
    const bool last = line.empty();
    emit_held(http_piece::trailer, sink, nullptr);
    if (last) end_message(sink);
    return;
  }
  if (state_ == state::chunk_end) {
    if (!line.empty()) {
      give_up(sink);
      return;
    }
    state_ = state::chunk_size;
    emit_held(http_piece::chunk_end, sink, nullptr);
    return;
  }
  const std::string_view digits = line.substr(0, line.find_first_of("; \t"));
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), remaining_, 16);
  if (failure != std::errc{} || end != digits.data() + digits.size()) {
    give_up(sink);
    return;
  }
  const bool last = remaining_ == 0;
  state_ = last ? state::trailer : state::chunk_body;
  emit_held(last ? http_piece::trailer : http_piece::chunk_start, sink, nullptr);
}

}  // namespace kitfox::fault
