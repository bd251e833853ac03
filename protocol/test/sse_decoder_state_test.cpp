// Ids and retry.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "protocol/sse_decoder.hpp"
#include "protocol/test/sse_recorder.hpp"

namespace kitfox::protocol::test {
namespace {

using namespace std::string_view_literals;
using namespace std::chrono_literals;

// --- I: ids ---

TEST(SseDecoder, I01_EventCarriesItsId) {
  EXPECT_EQ(events_of("id: 7\ndata: x\n\n"), (events{{"x", "message", "7"}}));
}

TEST(SseDecoder, I02_IdPersistsOverLaterEvents) {
  const outcome seen = decode_every_way("id: 7\ndata: x\n\ndata: y\n\n");
  EXPECT_EQ(seen.events, (events{{"x", "message", "7"}, {"y", "message", "7"}}));
  EXPECT_EQ(seen.last_id, "7");
}

TEST(SseDecoder, I02_IdPersistsOverConnections) {
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed("id: 7\ndata: x\n\n", sink));
  decoder.reset_for_new_connection();
  EXPECT_FALSE(decoder.feed("data: y\n\n", sink));
  EXPECT_EQ(sink.events, (events{{"x", "message", "7"}, {"y", "message", "7"}}));
}

TEST(SseDecoder, I03_EmptyIdResets) {
  const outcome seen = decode_every_way("id: 7\ndata: x\n\nid:\ndata: y\n\n");
  EXPECT_EQ(seen.events, (events{{"x", "message", "7"}, {"y"}}));
  EXPECT_EQ(seen.last_id, "");
}

TEST(SseDecoder, I04_IdWithoutColonResets) {
  EXPECT_EQ(events_of("id: 7\ndata: x\n\nid\ndata: y\n\n"), (events{{"x", "message", "7"}, {"y"}}));
}

TEST(SseDecoder, I05_IdWithNulIsIgnored) {
  EXPECT_EQ(events_of("id: a\0b\ndata: x\n\n"sv), (events{{"x"}}));
  for (const std::string_view bad : {"\0"sv, "a\0"sv, "\0a"sv}) {
    const std::string stream = "id: 7\ndata: x\n\nid: " + std::string{bad} + "\ndata: y\n\n";
    EXPECT_EQ(events_of(stream), (events{{"x", "message", "7"}, {"y", "message", "7"}}));
  }
  EXPECT_EQ(events_of("id: 8\nid: a\0\ndata: x\n\n"sv), (events{{"x", "message", "8"}}));
}

TEST(SseDecoder, I06_NonAsciiIdComesBackAsUtf8) {
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed("id: \xE2\x80\xA6\ndata: x\n\n", sink));
  EXPECT_EQ(decoder.last_event_id_header(), "\xE2\x80\xA6");
}

TEST(SseDecoder, I07_LastIdLineWins) {
  EXPECT_EQ(events_of("id: 1\nid: 2\ndata: x\n\n"), (events{{"x", "message", "2"}}));
}

TEST(SseDecoder, I08_IdOfADatalessBlockIsCommitted) {
  EXPECT_EQ(decode_every_way("id: 7\n\n").last_id, "7");
  EXPECT_EQ(decode_every_way("id: 7\n\ndata: x\n\n").events, (events{{"x", "message", "7"}}));
}

TEST(SseDecoder, I09_IdOfAnUnfinishedBlockIsNotCommitted) {
  EXPECT_EQ(decode_every_way("id: 7\ndata: x\n\nid: 8\ndata: y\n").last_id, "7");
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed("id: 8\n", sink));
  decoder.reset_for_new_connection();
  EXPECT_FALSE(decoder.feed("\ndata: x\n\n", sink));
  EXPECT_EQ(sink.events, (events{{"x"}}));
}

TEST(SseDecoder, I10_NoHeaderBeforeAnyId) { EXPECT_FALSE(sse_decoder{}.last_event_id_header()); }

TEST(SseDecoder, I11_ConfiguredIdIsUsedUntilReplaced) {
  sse_decoder decoder;
  EXPECT_FALSE(decoder.set_last_event_id("start"));
  EXPECT_EQ(decoder.last_event_id_header(), "start");
  recorder sink;
  EXPECT_FALSE(decoder.feed("data: x\n\nid: 1\ndata: y\n\n", sink));
  EXPECT_EQ(sink.events, (events{{"x", "message", "start"}, {"y", "message", "1"}}));
  for (const std::string_view bad : {"a\nb"sv, "a\rb"sv, "a\0b"sv, "\xFF"sv})
    EXPECT_EQ(decoder.set_last_event_id(bad), protocol_errc::bad_format);
  EXPECT_EQ(decoder.set_last_event_id(std::string(4097, 'x')), protocol_errc::bad_format);
  EXPECT_EQ(decoder.last_event_id(), "1");
}

TEST(SseDecoder, I12_NoHeaderForAnEmptyId) {
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed("id: 1\ndata: x\n\nid:\ndata: y\n\n", sink));
  EXPECT_FALSE(decoder.last_event_id_header());
}

TEST(SseDecoder, I13_VeryLongIdIsIgnoredAndTheEventSurvives) {
  for (const std::size_t size : {8U * 1024U, 64U * 1024U}) {
    const outcome seen = decode_in_chunks("id: 7\n\nid: " + std::string(size, 'i') + "\ndata: x\n\n", 1000);
    EXPECT_EQ(seen.events, (events{{"x", "message", "7"}}));
    EXPECT_EQ(seen.last_id, "7");
  }
  const std::string longest(4096, 'i');
  EXPECT_EQ(decode_in_chunks("id: " + longest + "\ndata: x\n\n", 1000).last_id, longest);
  // 1500 bytes that repair triples.
  EXPECT_EQ(decode_in_chunks("id: " + std::string(1500, '\xFF') + "\ndata: x\n\n", 1000).last_id, "");
}

TEST(SseDecoder, I13_IdThatCannotStandInAHeaderIsNotSent) {
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(
      decoder.feed("id: a\x01"
                   "b\ndata: x\n\n",
                   sink));
  EXPECT_EQ(decoder.last_event_id(),
            "a\x01"
            "b");
  EXPECT_FALSE(decoder.last_event_id_header());
}

// --- R: retry ---

std::optional<std::chrono::milliseconds> retry_of(std::string_view stream) {
  return decode_every_way(stream).retry;
}

TEST(SseDecoder, R01_DigitsSetTheDelay) {
  EXPECT_EQ(retry_of("retry: 1500\n"), 1500ms);
  EXPECT_EQ(retry_of("retry:1500\n"), 1500ms);
  EXPECT_EQ(retry_of("data: x\n\n"), std::nullopt);
}

TEST(SseDecoder, R02_LeadingZerosAreDecimal) { EXPECT_EQ(retry_of("retry: 0001000\n"), 1000ms); }

TEST(SseDecoder, R03_AnythingButDigitsIsIgnored) {
  for (const std::string_view bad :
       {"1000x", "-1", "+5", "1.5", "1e3", "1 0", " 10", "10 ", "\xEF\xBC\x91", "0x10", "\t1"}) {
    EXPECT_EQ(retry_of("retry: 2000\nretry: " + std::string{bad} + "\n"), 2000ms) << bad;
    EXPECT_EQ(retry_of("retry: " + std::string{bad} + "\n"), std::nullopt) << bad;
  }
}

TEST(SseDecoder, R04_EmptyRetryIsIgnored) {
  EXPECT_EQ(retry_of("retry: 2000\nretry:\nretry: \nretry\n"), 2000ms);
  EXPECT_EQ(retry_of("retry\n"), std::nullopt);
}

TEST(SseDecoder, R05_TakesEffectAtItsLine) {
  EXPECT_EQ(retry_of("retry: 2000\ndata: never finished"), 2000ms);
  EXPECT_EQ(retry_of("retry: 2000"), std::nullopt);
}

TEST(SseDecoder, R06_ValueIsReportedUnroundedAsALowerBound) { EXPECT_EQ(retry_of("retry: 1234\n"), 1234ms); }

TEST(SseDecoder, R07_ZeroDoesNotBecomeAHotLoop) { EXPECT_EQ(retry_of("retry: 0\n"), sse_limits{}.retry_min); }

TEST(SseDecoder, R08_AbsurdValuesAreClamped) {
  EXPECT_EQ(retry_of("retry: 18446744073709551617\n"), 5min);
  EXPECT_EQ(retry_of("retry: " + std::string(500, '9') + "\n"), 5min);
  EXPECT_EQ(retry_of("retry: 300001\n"), 5min);
  EXPECT_EQ(retry_of("retry: 299999\n"), 299'999ms);
}

TEST(SseDecoder, R09_SurvivesConnections) {
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed("retry: 2000\n", sink));
  decoder.reset_for_new_connection();
  EXPECT_EQ(decoder.retry(), 2000ms);
  EXPECT_FALSE(decoder.feed("retry: 3000\n", sink));
  EXPECT_EQ(decoder.retry(), 3000ms);
}

}  // namespace
}  // namespace kitfox::protocol::test
