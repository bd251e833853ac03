#include "conformance/mutants/event_editor.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace kitfox::conformance {

void event_editor::put_chunk(const std::string& payload, std::string& out) {
  if (!payload.empty()) out += fmt::format("{:x}\r\n{}\r\n", payload.size(), payload);
}

std::string event_editor::feed(std::string_view bytes) {
  std::string out, payload;
  if (!block_.empty()) ++pieces_;
  for (const char byte : bytes) {
    if (at_ == part::data) {
      take_data(byte, payload);
      continue;
    }
    put_chunk(payload, out);
    payload.clear();
    take(byte, out);
  }
  put_chunk(payload, out);
  return out;
}

void event_editor::take(char byte, std::string& out) {
  switch (at_) {
    case part::head:
      head_ += byte;
      if (!head_.ends_with("\r\n\r\n")) return;
      out += head_;
      at_ = head_.starts_with("HTTP/1.1 200") && head_.find("text/event-stream") != std::string::npos &&
                    head_.find("chunked") != std::string::npos
                ? part::size
                : part::rest;
      return;
    case part::size:
      size_ += byte;
      if (byte != '\n') return;
      left_ = std::strtoul(size_.c_str(), nullptr, 16);
      if (left_ == 0) out += size_;  // the last chunk
      at_ = left_ == 0 ? part::rest : part::data;
      size_.clear();
      return;
    case part::data_end:
      if (byte == '\n') at_ = part::size;
      return;
    case part::data:
    case part::rest:
      out += byte;
      return;
  }
}

void event_editor::take_data(char byte, std::string& payload) {
  const bool after_cr = std::exchange(after_cr_, byte == '\r') && byte == '\n';
  const bool of_last_block = after_cr && block_.empty();
  if (block_.empty()) pieces_ = 1;
  (long_ || of_last_block ? payload : block_) += byte;
  const bool ends = byte == '\r' || (byte == '\n' && !after_cr);
  const bool blank = ends && line_empty_;
  if (ends)
    line_empty_ = true;
  else if (!after_cr)
    line_empty_ = false;
  if (blank && !long_) payload += by_.on_block(block_, pieces_);
  if (!blank && block_.size() > block_bytes_max) payload += block_;
  if (blank || block_.size() > block_bytes_max) {
    long_ = !blank;
    block_.clear();
  }
  if (--left_ == 0) at_ = part::data_end;
}

std::string event_editor::finish() {
  std::string out;
  if (at_ == part::head) return head_;
  if (!block_.empty()) put_chunk(by_.on_unfinished(block_), out);
  return out;
}

}  // namespace kitfox::conformance
