#include "protocol/sse_encoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocol/test/sse_recorder.hpp"
#include "protocol/utf8.hpp"

namespace kitfox::protocol::test {
namespace {

using namespace std::string_view_literals;
using namespace std::chrono_literals;

TEST(SseEncoder, WritesAllFieldsAndOneBlankLine) {
  EXPECT_EQ(encode_sse_event({.type = "command", .id = "r1", .data = "{}", .retry = 1500ms}).value(),
            "event: command\nid: r1\nretry: 1500\ndata: {}\n\n");
  EXPECT_EQ(encode_sse_event({.data = "x"}).value(), "data: x\n\n");
}

TEST(SseEncoder, EmptyDataStillDispatches) {
  EXPECT_EQ(encode_sse_event({}).value(), "data: \n\n");
  EXPECT_EQ(events_of(encode_sse_event({}).value()), (events{{""}}));
}

TEST(SseEncoder, WhatIsEncodedDecodesToTheSame) {
  for (const std::string_view data : {""sv, "\n"sv, "a\nb"sv, "a\n\n"sv, " a"sv, "\n a"sv, "data: x"sv,
                                      ":c"sv, "\xEF\xBB\xBFx"sv, "\0"sv, "\xC3\xA9"sv}) {
    const std::string bytes = encode_sse_event({.type = " t:", .id = " :7", .data = data}).value();
    EXPECT_EQ(events_of(bytes), (events{{std::string{data}, " t:", " :7"}})) << bytes;
  }
}

TEST(SseEncoder, EveryLineEndBecomesLf) {
  EXPECT_EQ(events_of(encode_sse_event({.data = "a\rb\r\nc\nd\n\re\r"}).value()),
            (events{{"a\nb\nc\nd\n\ne\n"}}));
}

TEST(SseEncoder, EmptyIdResetsTheReceiver) {
  const std::string bytes =
      encode_sse_event({.id = "7", .data = "x"}).value() + encode_sse_event({.id = "", .data = "y"}).value();
  EXPECT_EQ(events_of(bytes), (events{{"x", "message", "7"}, {"y"}}));
}

TEST(SseEncoder, RefusesWhatWouldForgeAnotherEvent) {
  const std::string before = "before";
  for (const sse_message& bad :
       {sse_message{.type = "a\nb"}, sse_message{.type = "a\rb"}, sse_message{.id = "a\nb"},
        sse_message{.id = "a\rb"}, sse_message{.id = "a\0b"sv}, sse_message{.data = "\xFF"},
        sse_message{.type = "\xFF"}, sse_message{.id = "\xFF"}, sse_message{.retry = -1ms}}) {
    std::string out = before;
    EXPECT_EQ(append_sse_event(out, bad), protocol_errc::unencodable_event);
    EXPECT_EQ(out, before);
    EXPECT_EQ(encode_sse_event(bad).error(), protocol_errc::unencodable_event);
  }
}

TEST(SseEncoder, CommentsDispatchNothingHoweverManyLines) {
  const outcome seen =
      decode_every_way(encode_sse_comment("keep-alive") + encode_sse_comment("a\ndata: x\r\n\nb"));
  EXPECT_TRUE(seen.events.empty());
  EXPECT_EQ(seen.comments, (std::vector<std::string>{" keep-alive", " a", " data: x", " ", " b"}));
}

TEST(SseEncoder, RetryReachesTheReceiver) {
  EXPECT_EQ(decode_every_way(encode_sse_retry(2500ms)).retry, 2500ms);
}

TEST(Utf8, AcceptsExactlyTheWellFormed) {
  for (const std::string_view good :
       {""sv, "a"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv,
        "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv, "\0"sv})
    EXPECT_TRUE(is_utf8(good)) << testing::PrintToString(good);
  for (const std::string_view bad :
       {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xC2\x41"sv, "\xE0\x9F\xBF"sv,
        "\xED\xA0\x80"sv, "\xE1\x80"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv,
        "\xF1\x80\x80"sv, "\xFE"sv, "\xFF"sv})
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
}

TEST(Utf8, FindsOneBadByteAtAnyPlaceOfALongText) {
  for (std::size_t size = 1; size < 150; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      EXPECT_TRUE(is_utf8(text));
      text[at] = '\xFF';
      ASSERT_FALSE(is_utf8(text)) << size << ' ' << at;
      std::string repaired;
      ASSERT_TRUE(repair_utf8(text, 1000, repaired));
      ASSERT_EQ(repaired, std::string(at, 'a') + "\xEF\xBF\xBD" + std::string(size - at - 1, 'a'));
    }
  }
}

TEST(Utf8, EveryPairOfBytesIsJudgedTheSameInLongAndShortTexts) {
  // Long texts take another path where the processor has one.
  const std::string before(37, 'a');
  for (const std::string_view lead : {""sv, "\xE1"sv, "\xF1\x80"sv, "\xF0"sv, "\xF4"sv}) {
    for (int first = 0; first < 256; ++first) {
      for (const int second : {0x00, 0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                               0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF}) {
        std::string text{lead};
        text += static_cast<char>(first);
        text += static_cast<char>(second);
        const bool expected = is_utf8(text);
        for (const std::size_t padding : {0U, 28U, 29U, 30U, 31U, 60U})
          ASSERT_EQ(is_utf8("\xC3\xA9" + std::string(padding, 'b') + text + before), expected)
              << testing::PrintToString(text) << ' ' << padding;
        ASSERT_EQ(is_utf8("\xC3\xA9" + before + text), expected) << testing::PrintToString(text);
      }
    }
  }
}

TEST(Utf8, ATextBrokenOffInACharacterIsIllFormedWhateverItsSize) {
  for (const std::string_view character : {"\xC3\xA9"sv, "\xE2\x82\xAC"sv, "\xF0\x9F\xA6\x8A"sv}) {
    for (std::size_t size = 0; size < 140; ++size) {
      const std::string text = "\xC3\xA9" + std::string(size, 'a') + std::string{character};
      ASSERT_TRUE(is_utf8(text));
      for (std::size_t kept = 1; kept < character.size(); ++kept)
        ASSERT_FALSE(is_utf8(std::string_view{text}.substr(0, text.size() - character.size() + kept)));
    }
  }
}

TEST(Utf8, RepairIsBounded) {
  std::string out = "old";
  EXPECT_TRUE(repair_utf8("\xFFx", 4, out));
  EXPECT_EQ(out, "\xEF\xBF\xBDx");
  EXPECT_FALSE(repair_utf8("\xFFx", 3, out));
  EXPECT_EQ(out, "");
}

TEST(Utf8, FindsTheFirstLineEndAtAnyPlace) {
  for (std::size_t size = 0; size < 150; ++size) {
    std::string text(size, 'a');
    EXPECT_EQ(find_line_end(text.data(), text.data() + size), text.data() + size);
    for (std::size_t at = 0; at < size; ++at) {
      for (const char end : {'\n', '\r'}) {
        std::string cut = text;
        cut[at] = end;
        cut[size - 1] = end;
        ASSERT_EQ(find_line_end(cut.data(), cut.data() + size), cut.data() + at) << size << ' ' << at;
      }
    }
  }
}

}  // namespace
}  // namespace kitfox::protocol::test
