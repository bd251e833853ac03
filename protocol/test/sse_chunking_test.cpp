// Chunking, limits and the end of a stream.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/sse_decoder.hpp"
#include "protocol/test/sse_recorder.hpp"

namespace kitfox::protocol::test {
namespace {

using namespace std::string_view_literals;
using namespace std::chrono_literals;

/// A stream with every feature in it, for the tests of cutting.
constexpr std::string_view reference_stream =
    "\xEF\xBB\xBF:hello\r\n\r\nevent: connected\nid: 1\ndata: {\"a\":1}\n\n: keep-alive\n\nretry: "
    "1500\r\rdata: one\r\n"
    "data: tw\xC3\xB6\r\ndata\r\n\r\nid: \xF0\x9F\xA6\x8A\revent: x\rdata:y\r\rdata: bad\xE2\x82\n\nunknown: "
    "z\nid\ndata:  last\n\n"
    "data: dropped";

outcome reference_outcome() {
  return {{{"{\"a\":1}", "connected", "1"},
           {"one\ntw\xC3\xB6\n", "message", "1"},
           {"y", "x", "\xF0\x9F\xA6\x8A"},
           {"bad\xEF\xBF\xBD", "message", "\xF0\x9F\xA6\x8A"},
           {" last", "message", ""}},
          {"hello", " keep-alive"},
          "",
          1500ms,
          {}};
}

// --- C: chunking, size, order. C09 and C10 are the HTTP layer's (agent/test/run_stream_test.cpp). ---

TEST(SseDecoder, C01_EventsAndChunksNeedNotAgree) {
  EXPECT_EQ(decode_cut("data: a\n\n", {4}).events, (events{{"a"}}));
  EXPECT_EQ(decode_cut("data: a\n\ndata: b\n\n", {}).events, (events{{"a"}, {"b"}}));
  EXPECT_EQ(decode_cut("data: a\n\ndata: b\n\n", {12}).events, (events{{"a"}, {"b"}}));
}

TEST(SseDecoder, C01_EmptyChunksChangeNothing) {
  EXPECT_EQ(decode_cut(reference_stream, {0, 0, 10, 10, 10, 50, 50}), reference_outcome());
}

TEST(SseDecoder, C02_OneAndTwoByteDelivery) {
  EXPECT_EQ(decode_in_chunks(reference_stream, 1), reference_outcome());
  EXPECT_EQ(decode_in_chunks(reference_stream, 2), reference_outcome());
}

TEST(SseDecoder, C03_AllSplitPointsOfAReferenceStream) {
  EXPECT_EQ(decode_cut(reference_stream, {}), reference_outcome());
  for (std::size_t first = 1; first < reference_stream.size(); ++first)
    for (std::size_t second = first; second < reference_stream.size(); ++second)
      ASSERT_EQ(decode_cut(reference_stream, {first, second}), reference_outcome()) << first << ' ' << second;
}

TEST(SseDecoder, C03_RandomStreamsGiveTheSameEventsForAnyChunking) {
  constexpr std::string_view words[] = {
      "data",     ":",      " ",    "\n",           "\r",        "\r\n", "\n\n",  "x",       "event",
      "id",       "retry:", "9",    "data: x\n",    "\r\r",      "\t",   "data:", "id: 7\r", "\xEF\xBB\xBF",
      "\xE2\x82", "\xAC",   "\xFF", "event: t\r\n", "data:y\n\n"};
  std::uint64_t state = 42;
  const auto draw = [&state](std::uint64_t bound) {  // splitmix64
    std::uint64_t z = (state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return (z ^ (z >> 31)) % bound;
  };
  sse_limits limits;
  limits.event_bytes_max = 24;  // Some streams end in an error, which must not depend on the cuts either.
  std::size_t failures = 0;
  std::size_t event_count = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string stream;
    for (std::uint64_t left = draw(60); left > 0; --left) stream += words[draw(std::size(words))];
    const outcome whole = decode_cut(stream, {}, limits);
    failures += whole.error ? 1 : 0;
    event_count += whole.events.size();
    for (int cutting = 0; cutting < 5; ++cutting) {
      std::vector<std::size_t> cuts;
      for (std::size_t at = draw(9); at < stream.size(); at += draw(9)) cuts.push_back(at);
      ASSERT_EQ(decode_cut(stream, cuts, limits), whole) << testing::PrintToString(stream);
    }
    ASSERT_EQ(decode_in_chunks(stream, 1, limits), whole) << testing::PrintToString(stream);
  }
  EXPECT_GT(failures, 100U);
  EXPECT_GT(event_count, 3000U);
}

TEST(SseDecoder, C04_LargeEventsArriveWhole) {
  sse_limits limits;
  limits.event_bytes_max = 16 * 1024 * 1024;
  const std::string five(5 * 1024 * 1024, 'f');
  const std::string ten(10 * 1024 * 1024, 't');
  EXPECT_TRUE(decode_cut("data: " + five + "\n\n", {}, limits).events == (events{{five}}));
  EXPECT_TRUE(decode_cut("data: " + ten + "\n\n", {5 * 1024 * 1024}, limits).events == (events{{ten}}));
}

TEST(SseDecoder, C05_LineThatNeverEndsIsAnErrorInBoundedMemory) {
  for (const std::string_view start :
       {"data: ", "event: ", ":", "unknown: ", "id: ", "retry: ", "", "data: a\ndata: "}) {
    sse_decoder decoder;
    recorder sink;
    EXPECT_FALSE(decoder.feed(start, sink));
    const std::string piece(1000, '1');
    error_code error;
    std::size_t fed = 0;
    for (; !error && fed < 4 * 1024 * 1024; fed += piece.size()) {
      error = decoder.feed(piece, sink);
      EXPECT_LE(decoder.buffered_bytes(), sse_limits{}.event_bytes_max + 1024);
    }
    EXPECT_EQ(error, protocol_errc::event_too_large) << start;
    EXPECT_LE(fed, sse_limits{}.event_bytes_max + piece.size());
    EXPECT_EQ(decoder.buffered_bytes(), 0U);
    EXPECT_EQ(decoder.feed("\n\ndata: x\n\n", sink), protocol_errc::event_too_large);
    EXPECT_TRUE(sink.events.empty());
    decoder.reset_for_new_connection();
    EXPECT_FALSE(decoder.feed("data: x\n\n", sink));
    EXPECT_EQ(sink.events, (events{{"x"}}));
  }
}

TEST(SseDecoder, C05_DataLinesThatNeverEndAreAnError) {
  sse_limits limits;
  limits.event_bytes_max = 100;
  const outcome seen = decode_in_chunks("data: ok\n\n" + std::string(1000, 'x') + "\n", 10, limits);
  EXPECT_EQ(seen.error, protocol_errc::event_too_large);
  EXPECT_EQ(seen.events, (events{{"ok"}}));
  std::string many;
  for (int line = 0; line < 60; ++line) many += "data\n";
  const outcome full = decode_every_way(many + "\n", limits);  // 59 LF, and a last line of 4 bytes.
  EXPECT_FALSE(full.error);
  for (int line = 0; line < 60; ++line) many += "data\n";
  EXPECT_EQ(decode_every_way(many + "\n", limits).error, protocol_errc::event_too_large);
}

TEST(SseDecoder, C05_TheLimitIsExact) {
  sse_limits limits;
  limits.event_bytes_max = 32;
  const auto stream = [](std::size_t size) { return "data: " + std::string(size - 6, 'x') + "\n\n"; };
  EXPECT_FALSE(decode_every_way(stream(32), limits).error);
  EXPECT_EQ(decode_every_way(stream(33), limits).error, protocol_errc::event_too_large);
  // Type and data count together: 10 kept bytes and a line of 22.
  EXPECT_FALSE(decode_every_way("event: tttttttttt\n" + stream(22), limits).error);
  EXPECT_EQ(decode_every_way("event: tttttttttt\n" + stream(23), limits).error,
            protocol_errc::event_too_large);
  // 8 bad bytes repaired are 24; 11 are 33.
  EXPECT_FALSE(decode_every_way("data:" + std::string(10, '\xFF') + "\n\n", limits).error);
  EXPECT_EQ(decode_every_way("data:" + std::string(11, '\xFF') + "\n\n", limits).error,
            protocol_errc::event_too_large);
}

TEST(SseDecoder, C06_EndlessCommentsAndUnknownFieldsNeedNoMemory) {
  sse_decoder decoder;
  std::size_t dispatched = 0;
  const auto count = [&dispatched](const sse_event&) { ++dispatched; };
  std::string piece;
  for (int line = 0; line < 100; ++line)
    piece += ":" + std::string(80, 'c') + "\nunknown: " + std::string(80, 'u') + "\n";
  ASSERT_FALSE(decoder.feed("event: t\ndata: kept\n", count));
  for (int round = 0; round < 500; ++round) {
    ASSERT_FALSE(decoder.feed(std::string_view{piece}.substr(0, piece.size() - 50), count));
    ASSERT_FALSE(decoder.feed(std::string_view{piece}.substr(piece.size() - 50), count));
    ASSERT_LE(decoder.buffered_bytes(), 1024U);
  }
  ASSERT_FALSE(decoder.feed("\n", count));
  EXPECT_EQ(dispatched, 1U);
}

TEST(SseDecoder, C06_BuffersOfUnusualEventsDoNotAddUp) {
  sse_limits limits;
  limits.event_bytes_max = 256 * 1024;
  sse_decoder decoder{limits};
  recorder sink;
  const std::string large(limits.event_bytes_max - 100, 'x');
  const std::string bad = std::string(80 * 1024, '\xFF');
  for (int round = 0; round < 3; ++round) {
    for (const std::string& block :
         {"data: " + large + "\n\n", "event: " + large + "\ndata: x\n\n", ":" + large + "\n",
          "data: " + bad + "\n\n", "event: " + bad + "\ndata: y\n\n"}) {
      for (std::size_t at = 0; at < block.size(); at += 4000) {
        ASSERT_FALSE(decoder.feed(std::string_view{block}.substr(at, 4000), sink));
        ASSERT_LE(decoder.buffered_bytes(), 2 * limits.event_bytes_max + 4096);
      }
    }
  }
  EXPECT_EQ(sink.events.size(), 12U);
}

TEST(SseDecoder, C07_ManyEventsInOneWriteKeepTheirOrder) {
  std::string stream;
  events expected;
  for (int index = 0; index < 100; ++index) {
    stream += "data: " + std::to_string(index) + "\n\n";
    expected.push_back({std::to_string(index)});
  }
  EXPECT_EQ(events_of(stream), expected);
}

TEST(SseDecoder, C08_DispatchHappensAtTheBlankLine) {
  for (const std::string_view end : {"\n\n"sv, "\r\r"sv, "\r\n\r"sv}) {
    sse_decoder decoder;
    recorder sink;
    EXPECT_FALSE(decoder.feed("data: x", sink));
    EXPECT_FALSE(decoder.feed(end.substr(0, end.size() - 1), sink));
    EXPECT_TRUE(sink.events.empty());
    EXPECT_FALSE(decoder.feed(end.substr(end.size() - 1), sink));
    EXPECT_EQ(sink.events, (events{{"x"}}));
  }
}

TEST(SseDecoder, C08_WholeEventIsDeliveredFromTheCallersBuffer) {
  const std::string stream = "data: zero copy\n\n";
  sse_decoder decoder;
  const char* data = nullptr;
  EXPECT_FALSE(decoder.feed(stream, [&data](const sse_event& event) { data = event.data.data(); }));
  EXPECT_EQ(data, stream.data() + 6);
}

// --- X: end of stream. X04 is the HTTP layer's (agent/test/run_stream_test.cpp). ---

TEST(SseDecoder, X01_EndWithoutBlankLineDiscardsTheEvent) {
  for (const std::string_view stream :
       {"data: x"sv, "data: x\n"sv, "data: x\r\n"sv, "event: t\nid: 1\ndata: x\n:c"sv}) {
    sse_decoder decoder;
    recorder sink;
    EXPECT_FALSE(decoder.feed(stream, sink));
    decoder.end_of_stream();
    EXPECT_TRUE(sink.events.empty());
    EXPECT_EQ(decoder.last_event_id(), "");
  }
}

TEST(SseDecoder, X02_NothingOfAPartialEventLeaks) {
  // Whatever the first stream leaves unfinished, the second is read as if it were the first.
  for (std::size_t cut = 0; cut < reference_stream.size(); ++cut) {
    sse_decoder decoder;
    recorder before;
    EXPECT_FALSE(decoder.feed(reference_stream.substr(0, cut), before));
    decoder.end_of_stream();
    recorder after;
    EXPECT_FALSE(decoder.feed("id:\n\n", after));
    EXPECT_FALSE(decoder.feed("data: x\n\n", after));
    EXPECT_EQ(after.events, (events{{"x"}})) << cut;
    EXPECT_TRUE(after.comments.empty());
  }
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed("data: x\r", sink));
  decoder.end_of_stream();
  EXPECT_FALSE(decoder.feed("\ndata: y\n\n", sink));  // The LF is a line of its own here.
  EXPECT_EQ(sink.events, (events{{"y"}}));
}

TEST(SseDecoder, X03_CleanEndIsNoError) {
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed("data: x\n\n", sink));
  decoder.end_of_stream();
  EXPECT_FALSE(decoder.feed("data: y\n\n", sink));
  EXPECT_EQ(sink.events, (events{{"x"}, {"y"}}));
}

TEST(SseDecoder, X05_EndOfStreamDeliversNothingMore) {
  sse_decoder decoder;
  std::size_t dispatched = 0;
  EXPECT_FALSE(decoder.feed("data: x\n", [&dispatched](const sse_event&) { ++dispatched; }));
  decoder.end_of_stream();
  decoder.end_of_stream();
  EXPECT_EQ(dispatched, 0U);
}

}  // namespace
}  // namespace kitfox::protocol::test
