#include "conformance/bench/bare_connection.hpp"

#include <algorithm>
#include <boost/system/errc.hpp>
#include <charconv>

#include "runtime/ascii.hpp"

namespace kitfox::conformance {
namespace {

/// Where the value of a field begins, npos without one; `name` in lower case with its colon.
std::size_t find_field(std::string_view head, std::string_view name) noexcept {
  for (std::size_t line = head.find("\r\n"); line != std::string_view::npos;
       line = head.find("\r\n", line + 2)) {
    const std::string_view rest = head.substr(line + 2);
    if (runtime::same_letters(rest.substr(0, name.size()), name))
      return line + 2 + name.size() + (rest.substr(name.size()).starts_with(' ') ? 1 : 0);
  }
  return std::string_view::npos;
}

}  // namespace

answer_extent find_answer_end(std::string_view bytes) noexcept {
  answer_extent out;
  const std::size_t blank = bytes.find("\r\n\r\n");
  if (blank == std::string_view::npos) return out;
  const std::string_view head = bytes.substr(0, blank + 2);
  out.head_bytes = blank + 4;
  const bool has_status =
      head.size() > 12 && std::from_chars(head.data() + 9, head.data() + 12, out.status).ec == std::errc{};
  if (!has_status) {
    out.found = answer_extent::state::malformed;
    return out;
  }
  std::size_t length = 0;
  if (const std::size_t at = find_field(head, "content-length:"); at != std::string_view::npos) {
    if (std::from_chars(head.data() + at, head.data() + head.size(), length).ec != std::errc{})
      out.found = answer_extent::state::malformed;
    out.total_bytes = out.head_bytes + length;
  } else if (find_field(head, "transfer-encoding:") != std::string_view::npos) {
    if (!bytes.ends_with("\r\n0\r\n\r\n")) return out;
    out.total_bytes = bytes.size();
  } else if (out.status == 204) {
    out.total_bytes = out.head_bytes;
  } else {
    out.found = answer_extent::state::malformed;
  }
  if (out.found == answer_extent::state::partial && bytes.size() >= out.total_bytes)
    out.found = answer_extent::state::whole;
  return out;
}

runtime::task<runtime::result<int>> bare_connection::exchange(std::string_view request) {
  input_.consume(input_.size());
  head_bytes_ = 0;
  if (const runtime::error_code failure = co_await stream_->write(request)) co_return failure;
  for (;;) {
    const runtime::result<std::size_t> count = co_await stream_->read_some(input_.prepare());
    if (!count) co_return count.error();
    input_.commit(*count);
    const answer_extent extent = find_answer_end(input_.view());
    const bool endless = extent.found == answer_extent::state::partial && input_.size() > answer_bytes_max;
    if (extent.found == answer_extent::state::malformed || endless)
      co_return make_error_code(boost::system::errc::bad_message);
    if (extent.found == answer_extent::state::partial) continue;
    head_bytes_ = extent.head_bytes;
    co_return extent.status;
  }
}

}  // namespace kitfox::conformance
