// Feeds arbitrary bytes, in arbitrary pieces, to the server's request parser: however they are split, the
// outcome must be the same, and nothing may go over its limit.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/assert.hpp"
#include "runtime/http/message_parser.hpp"

namespace {

using namespace kitfox::runtime;

struct parsed {
  std::optional<error_code> failure;
  bool complete = false;
  http::request message;
  std::size_t used = 0;
};

parsed parse(std::string_view input, std::size_t step, const http::limits& bounds) {
  parsed out;
  http::request_parser parser{bounds};
  std::size_t known = 0;
  while (known < input.size() && !parser.complete()) {
    known = std::min(input.size(), known + step);
    std::size_t before = input.size() + 1;
    while (!parser.complete() && before != out.used) {
      before = out.used;
      const result<std::size_t> used = parser.put(input.substr(out.used, known - out.used));
      if (!used) {
        out.failure = used.error();
        return out;
      }
      KITFOX_ASSERT(*used <= known - out.used);
      out.used += *used;
    }
  }
  out.complete = parser.complete();
  out.message = parser.message();
  KITFOX_ASSERT(out.message.body.size() <= bounds.body_bytes_max);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = std::size_t{1} + bytes[0] % 64;
  const std::string_view input{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  http::limits bounds;
  bounds.header_bytes_max = 1024;
  bounds.body_bytes_max = 512;
  const parsed whole = parse(input, input.size() + 1, bounds);
  const parsed split = parse(input, step, bounds);
  // A failure may come earlier or later than others with another split, but never instead of a message.
  KITFOX_ASSERT(whole.complete == split.complete);
  if (whole.complete) {
    KITFOX_ASSERT(whole.message.method == split.message.method);
    KITFOX_ASSERT(whole.message.target == split.message.target);
    KITFOX_ASSERT(whole.message.headers == split.message.headers);
    KITFOX_ASSERT(whole.message.body == split.message.body);
    KITFOX_ASSERT(whole.used == split.used);
    static_cast<void>(http::split_target(whole.message.target));
  }
  return 0;
}
