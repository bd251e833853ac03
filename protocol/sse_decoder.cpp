#include "protocol/sse_decoder.hpp"

#include <algorithm>

#include "protocol/utf8.hpp"

namespace kitfox::protocol {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view data_prefix = "data:";
/// Enough of a line to tell a data line from others and to drop the one space after its colon.
constexpr std::size_t line_head_size = data_prefix.size() + 1;
/// Buffers that rarely grow are given back when an unusual event made them larger than this.
constexpr std::size_t buffer_kept_max = 16 * 1024;

/// Appends and grows geometrically, but not beyond `size_max`. A new string, because reserve() doubles on its
/// own.
void append_bounded(std::string& out, std::string_view text, std::size_t size_max) {
  const std::size_t needed = out.size() + text.size();
  if (needed > out.capacity()) {
    std::string grown;
    grown.reserve(std::max(needed, std::min(out.capacity() * 2, size_max)));
    grown.append(out);
    out.swap(grown);
  }
  out.append(text);
}

void clear_or_release(std::string& buffer) noexcept {
  if (buffer.capacity() > buffer_kept_max) std::string{}.swap(buffer);
  buffer.clear();
}

void release(std::string& buffer) noexcept { std::string{}.swap(buffer); }

/// The heap memory of a string: short ones live in the object.
std::size_t heap_bytes(const std::string& text) noexcept {
  return text.capacity() <= std::string{}.capacity() ? 0 : text.capacity();
}

}  // namespace

void sse_decoder::block_field::borrow(std::string_view value) noexcept {
  view = value;
  present = true;
  borrowed = true;
}

void sse_decoder::block_field::keep(std::size_t size_max) {
  if (!borrowed) return;
  own.clear();
  append_bounded(own, view, size_max);
  borrowed = false;
}

void sse_decoder::block_field::clear() noexcept {
  own.clear();
  present = false;
  borrowed = false;
}

error_code sse_decoder::feed(std::string_view bytes, sse_sink& sink) {
  if (failed_) return protocol_errc::event_too_large;
  bytes = skip_bom(bytes);
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    if (skip_lf_) {
      skip_lf_ = false;
      if (*at == '\n') {
        ++at;
        continue;
      }
    }
    const char* const line_end = find_line_end(at, end);
    const std::string_view part{at, static_cast<std::size_t>(line_end - at)};
    const bool ended = line_end != end;
    const bool within_limits = ended && line_bytes_ == 0
                                   ? on_line(part, sink)
                                   : hold_partial(part) && (!ended || finish_partial(sink));
    if (!within_limits) {
      reset_for_new_connection();
      failed_ = true;
      return protocol_errc::event_too_large;
    }
    if (!ended) break;
    skip_lf_ = *line_end == '\r';
    at = line_end + 1;
  }
  keep_borrowed();
  return {};
}

std::string_view sse_decoder::skip_bom(std::string_view bytes) {
  while (bom_ != bom_state::done && !bytes.empty()) {
    const auto matched = static_cast<std::size_t>(bom_);
    if (bytes.front() != byte_order_mark[matched]) {
      bom_ = bom_state::done;
      // What looked like a mark is the start of a line. If that alone breaks the limit, the next byte reports
      // it.
      if (matched > 0) hold_partial(byte_order_mark.substr(0, matched));
      break;
    }
    bom_ = static_cast<bom_state>(matched + 1);
    bytes.remove_prefix(1);
  }
  return bytes;
}

bool sse_decoder::on_line(std::string_view line, sse_sink& sink) {
  if (line.empty()) return dispatch(sink);
  if (kept_bytes_ + line.size() > limits_.event_bytes_max) return false;
  const std::size_t colon = line.starts_with(data_prefix) ? data_prefix.size() - 1 : line.find(':');
  if (colon == 0) {
    std::string repaired;
    const std::string_view text = line.substr(1);
    if (is_utf8(text)) {
      sink.on_comment(text);
    } else if (repair_utf8(text, limits_.event_bytes_max, repaired)) {
      sink.on_comment(repaired);
    } else {
      return false;
    }
    return true;
  }
  if (colon == std::string_view::npos) {
    on_field(line, {});
    return true;
  }
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  on_field(line.substr(0, colon), value);
  return true;
}

void sse_decoder::on_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    on_data(value);
  } else if (name == "event") {
    type_.borrow(value);
  } else if (name == "id") {
    on_id(value);
  } else if (name == "retry") {
    on_retry(value);
  }
  count_kept();
}

void sse_decoder::on_data(std::string_view value) {
  if (!data_.present) {
    data_.borrow(value);
    return;
  }
  data_.keep(limits_.event_bytes_max);
  append_bounded(data_.own, "\n", limits_.event_bytes_max);
  append_bounded(data_.own, value, limits_.event_bytes_max);
}

void sse_decoder::on_id(std::string_view value) {
  if (value.size() > limits_.id_bytes_max || value.find('\0') != std::string_view::npos) return;
  if (is_utf8(value)) {
    id_.assign(value);
    id_set_ = true;
    return;
  }
  std::string repaired;
  if (!repair_utf8(value, limits_.id_bytes_max, repaired)) return;
  id_ = std::move(repaired);
  id_set_ = true;
}

void sse_decoder::on_retry(std::string_view value) noexcept {
  if (value.empty()) return;
  std::int64_t milliseconds = 0;
  for (const char digit : value) {
    if (digit < '0' || digit > '9') return;
    milliseconds = std::min(milliseconds * 10 + (digit - '0'), std::int64_t{limits_.retry_max.count()});
  }
  retry_ = std::max(std::chrono::milliseconds{milliseconds}, limits_.retry_min);
}

bool sse_decoder::dispatch(sse_sink& sink) {
  if (data_.present) {
    sse_event event{type_.get(), {}, data_.get()};
    if (!is_utf8(event.data)) {
      if (!repair_utf8(event.data, limits_.event_bytes_max, repaired_data_)) return false;
      event.data = repaired_data_;
    }
    if (!is_utf8(event.type)) {
      const std::size_t left = limits_.event_bytes_max - std::min(limits_.event_bytes_max, event.data.size());
      if (!repair_utf8(event.type, left, repaired_type_)) return false;
      event.type = repaired_type_;
    }
    if (event.type.empty()) event.type = "message";
    if (id_set_) last_id_.swap(id_);
    event.id = last_id_;
    sink.on_event(event);
  } else if (id_set_) {
    last_id_.swap(id_);
  }
  clear_block();
  return true;
}

bool sse_decoder::hold_partial(std::string_view bytes) {
  line_bytes_ += bytes.size();
  if (kept_bytes_ + line_bytes_ > limits_.event_bytes_max) return false;
  if (in_data_line_) {
    append_bounded(data_.own, bytes, limits_.event_bytes_max);
    return true;
  }
  if (line_.size() < line_head_size) {
    const std::size_t taken = std::min(line_head_size - line_.size(), bytes.size());
    line_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (line_.size() == line_head_size && line_.starts_with(data_prefix)) {
      begin_data_line(bytes);
      return true;
    }
  }
  // An idle data buffer would otherwise stand beside a large line of another field.
  if (!data_.present && line_.size() + bytes.size() > buffer_kept_max) release(data_.own);
  append_bounded(line_, bytes, limits_.event_bytes_max);
  return true;
}

void sse_decoder::begin_data_line(std::string_view rest) {
  in_data_line_ = true;
  std::string_view value = std::string_view{line_}.substr(data_prefix.size());
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (data_.present) {
    on_data(value);
  } else {
    data_.own.assign(value);
    data_.present = true;
  }
  line_.clear();
  append_bounded(data_.own, rest, limits_.event_bytes_max);
}

bool sse_decoder::finish_partial(sse_sink& sink) {
  line_bytes_ = 0;
  if (in_data_line_) {
    in_data_line_ = false;
    count_kept();
    return true;
  }
  const bool within_limits = on_line(line_, sink);
  keep_borrowed();
  clear_or_release(line_);
  return within_limits;
}

void sse_decoder::count_kept() noexcept {
  kept_bytes_ = data_.get().size() + type_.get().size() + (id_set_ ? id_.size() : 0);
}

void sse_decoder::keep_borrowed() {
  data_.keep(limits_.event_bytes_max);
  type_.keep(limits_.event_bytes_max);
}

void sse_decoder::clear_block() noexcept {
  data_.clear();
  type_.clear();
  clear_or_release(type_.own);
  clear_or_release(repaired_data_);
  clear_or_release(repaired_type_);
  id_set_ = false;
  kept_bytes_ = 0;
}

void sse_decoder::reset_for_new_connection() noexcept {
  clear_block();
  release(data_.own);
  release(line_);
  line_bytes_ = 0;
  bom_ = bom_state::none;
  in_data_line_ = false;
  skip_lf_ = false;
  failed_ = false;
}

std::optional<std::string_view> sse_decoder::last_event_id_header() const noexcept {
  const auto forbidden = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  };
  if (last_id_.empty() || std::any_of(last_id_.begin(), last_id_.end(), forbidden)) return std::nullopt;
  return last_id_;
}

error_code sse_decoder::set_last_event_id(std::string_view id) {
  constexpr std::string_view forbidden{"\r\n\0", 3};
  if (id.size() > limits_.id_bytes_max || id.find_first_of(forbidden) != std::string_view::npos ||
      !is_utf8(id))
    return protocol_errc::bad_format;
  last_id_.assign(id);
  return {};
}

std::size_t sse_decoder::buffered_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const std::string* buffer :
       {&data_.own, &type_.own, &line_, &repaired_data_, &repaired_type_, &id_, &last_id_})
    bytes += heap_bytes(*buffer);
  return bytes;
}

}  // namespace kitfox::protocol
