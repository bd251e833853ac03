// The SSE decoder: no crash, bounded memory, and the same events however the bytes are cut. The first byte
// seeds the cuts, the second the limit; the rest is the stream.
#include <string>
#include <vector>

#include "protocol/fuzz/fuzz_input.hpp"
#include "protocol/sse_decoder.hpp"
#include "protocol/sse_encoder.hpp"
#include "protocol/utf8.hpp"

namespace {

using namespace kitfox::protocol;

struct outcome : sse_sink {
  std::vector<std::string> seen;
  error_code error;
  std::string id;
  std::int64_t retry{-1};

  void on_event(const sse_event& event) override {
    fuzz::insist(is_utf8(event.type) && is_utf8(event.id) && is_utf8(event.data));
    for (const std::string_view field : {event.type, event.id, event.data}) seen.emplace_back(field);
  }
  void on_comment(std::string_view text) override {
    fuzz::insist(is_utf8(text));
    seen.emplace_back(text);
  }
};

template <class NextSize>
outcome decode(std::string_view stream, sse_limits limits, NextSize next_size) {
  outcome result;
  sse_decoder decoder{limits};
  while (!stream.empty() && !result.error) {
    const std::string_view chunk = stream.substr(0, next_size());
    result.error =
        decoder.feed(std::string{chunk}, result);  // A copy, so that a view kept too long is caught.
    stream.remove_prefix(chunk.size());
    fuzz::insist(decoder.buffered_bytes() <= 2 * limits.event_bytes_max + 16384);
  }
  result.id = decoder.last_event_id();
  result.retry = decoder.retry() ? decoder.retry()->count() : -1;
  return result;
}

bool same(const outcome& a, const outcome& b) {
  return a.seen == b.seen && a.error == b.error && a.id == b.id && a.retry == b.retry;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::uint32_t state = data[0] * 2654435761U + 1;
  const auto random_size = [&state] {
    state = state * 1664525U + 1013904223U;
    const std::uint32_t kind = state >> 30;
    return std::size_t{kind == 0 ? 1 : 1 + (state >> 16) % (kind == 1 ? 4U : 100U)};
  };
  sse_limits limits;
  limits.event_bytes_max = 1 + std::size_t{data[1]} * 8;
  const std::string_view stream = fuzz::as_text(data + 2, size - 2);
  const outcome whole = decode(stream, limits, [] { return std::string_view::npos; });
  fuzz::insist(same(whole, decode(stream, limits, [] { return std::size_t{1}; })));
  fuzz::insist(same(whole, decode(stream, limits, random_size)));

  // What the encoder accepts comes back, but for the form of line ends.
  const std::size_t half = stream.size() / 2;
  const auto bytes =
      encode_sse_event({.type = stream.substr(0, half), .id = stream.substr(half), .data = stream});
  if (bytes) {
    const outcome back = decode(*bytes, {}, random_size);
    fuzz::insist(!back.error && back.seen.size() == 3);
    fuzz::insist(back.seen[0] == (half == 0 ? std::string_view{"message"} : stream.substr(0, half)));
    if (stream.find('\r') == std::string_view::npos) fuzz::insist(back.seen[2] == stream);
  }
  return 0;
}
