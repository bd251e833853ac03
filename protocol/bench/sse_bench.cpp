// Speed of the SSE decoder, in bytes a second of stream. Run: build/release/bench/kitfox_sse_bench
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "protocol/sse_decoder.hpp"

namespace {

using namespace kitfox::protocol;

/// Command events whose bytes, line ends included, are `event_size`, up to about 4 MiB of stream.
std::string make_stream(std::size_t event_size, std::string_view filler) {
  constexpr std::size_t stream_size = 4 * 1024 * 1024;
  std::string event = "event: command\nid: 0123456789abcdefghijkl\ndata: {\"payload\":\"";
  while (event.size() + filler.size() + 4 <= event_size) event += filler;
  event += "\"}\n\n";
  std::string stream;
  while (stream.size() + event.size() <= stream_size) stream += event;
  return stream;
}

void decode(benchmark::State& state, const std::string& stream, std::size_t chunk_size) {
  sse_decoder decoder;
  std::size_t data_bytes = 0;
  const auto on_event = [&data_bytes](const sse_event& event) { data_bytes += event.data.size(); };
  for (auto _ : state) {
    for (std::size_t at = 0; at < stream.size(); at += chunk_size) {
      if (decoder.feed(std::string_view{stream}.substr(at, chunk_size), on_event))
        state.SkipWithError("too large");
    }
    benchmark::DoNotOptimize(data_bytes);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(stream.size()));
}

/// Finding the line ends alone, as nobody can do with less: the floor of every decoder on this machine.
void memchr_floor(benchmark::State& state) {
  const std::string stream = make_stream(static_cast<std::size_t>(state.range(0)), "x");
  std::size_t lines = 0;
  for (auto _ : state) {
    for (const char* at = stream.data(); at != nullptr; ++lines) {
      const auto left = static_cast<std::size_t>(stream.data() + stream.size() - at);
      at = left == 0 ? nullptr : static_cast<const char*>(std::memchr(at, '\n', left));
      if (at != nullptr) ++at;
    }
    benchmark::DoNotOptimize(lines);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(stream.size()));
}
BENCHMARK(memchr_floor)->Arg(200)->Arg(64 * 1024);

/// Arguments: bytes of an event, bytes of a chunk.
void sse_decode_ascii(benchmark::State& state) {
  decode(state, make_stream(static_cast<std::size_t>(state.range(0)), "x"),
         static_cast<std::size_t>(state.range(1)));
}
BENCHMARK(sse_decode_ascii)
    ->Args({200, 16 * 1024})
    ->Args({200, 64 * 1024})
    ->Args({200, 1024 * 1024})
    ->Args({64 * 1024, 16 * 1024})
    ->Args({64 * 1024, 64 * 1024})
    ->Args({64 * 1024, 1024 * 1024});

/// Text of a log with a two- or three-byte character in every ten.
void sse_decode_mixed(benchmark::State& state) {
  decode(state, make_stream(static_cast<std::size_t>(state.range(0)), "na\xC3\xAFve caf\xE2\x82\xAC "),
         static_cast<std::size_t>(state.range(1)));
}
BENCHMARK(sse_decode_mixed)->Args({200, 64 * 1024})->Args({64 * 1024, 64 * 1024});

/// Nothing but three-byte characters.
void sse_decode_cjk(benchmark::State& state) {
  decode(state, make_stream(static_cast<std::size_t>(state.range(0)), "\xE7\x8B\x90"),
         static_cast<std::size_t>(state.range(1)));
}
BENCHMARK(sse_decode_cjk)->Args({64 * 1024, 64 * 1024});

}  // namespace
