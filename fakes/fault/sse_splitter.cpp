#include "fakes/fault/sse_splitter.hpp"

#include <algorithm>
#include <utility>

#include "protocol/utf8.hpp"

namespace kitfox::fault {
namespace {

/// Calls `on_field(name, value)` for each line of a block; the name is empty for a comment.
template <class OnField>
void for_each_field(std::string_view block, OnField&& on_field) {
  while (!block.empty()) {
    const auto end = block.find_first_of("\r\n");
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(end == std::string_view::npos ? block.size() : end + 1);
    if (line.empty()) continue;
    const auto colon = line.find(':');
    std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    on_field(line.substr(0, colon), value);
  }
}

}  // namespace

sse_splitter::step sse_splitter::feed(std::string_view bytes) {
  step done;
  while (done.used < bytes.size()) {
    if (skip_lf_) {
      skip_lf_ = false;
      if (bytes[done.used] == '\n') {
        held_.push_back('\n');
        ++done.used;
        line_begin_ = held_.size();
        continue;
      }
    }
    const std::string_view rest = bytes.substr(done.used);
    const auto end = static_cast<std::size_t>(
        protocol::find_line_end(rest.data(), rest.data() + rest.size()) - rest.data());
    const std::size_t taken = std::min(end + 1, rest.size());
    held_.append(rest.substr(0, taken));
    done.used += taken;
    if (end == rest.size()) break;
    const bool blank = held_.size() - line_begin_ == 1 && !continued_;
    continued_ = false;
    skip_lf_ = rest[end] == '\r';
    line_begin_ = held_.size();
    if (!blank) continue;
    if (skip_lf_ && done.used < bytes.size() && bytes[done.used] == '\n') {
      held_.push_back('\n');
      ++done.used;
      skip_lf_ = false;
    }
    done.complete = true;
    return done;
  }
  done.oversize = held_.size() > block_bytes_max_;
  return done;
}

sse_block sse_splitter::take_block() {
  sse_block block;
  bool data = false, comment = false;
  std::string_view type, id;
  std::string_view text = held_;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for_each_field(text, [&](std::string_view name, std::string_view value) {
    if (name.empty()) comment = true;
    if (name == "data") data = true;
    if (name == "event") type = value;
    if (name == "id") id = value;
  });
  if (data) block.type = type.empty() ? "message" : type;
  if (!data && comment) block.type = "comment";
  block.id = id;
  block.raw = held_.substr(passed_);
  held_.clear();
  passed_ = 0;
  line_begin_ = 0;
  return block;
}

std::string sse_splitter::take_partial() {
  std::string partial = held_.substr(passed_);
  continued_ = continued_ || held_.size() > line_begin_;
  held_.clear();
  passed_ = 0;
  line_begin_ = 0;
  return partial;
}

}  // namespace kitfox::fault
