// Encoding, line ends and fields. Every stream is decoded whole, cut at every place, and in chunks of 1, 2
// and 3 bytes.
#include "protocol/sse_decoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocol/test/sse_recorder.hpp"

namespace kitfox::protocol::test {
namespace {

using namespace std::string_view_literals;

// --- E: encoding and byte order mark ---

TEST(SseDecoder, E01_OneLeadingBomIsRemoved) {
  EXPECT_EQ(events_of("\xEF\xBB\xBF"
                      "data: x\n\n"),
            (events{{"x"}}));
}

TEST(SseDecoder, E02_SplitBomIsRemoved) {
  const std::string_view stream =
      "\xEF\xBB\xBF"
      "data: x\n\n";
  EXPECT_EQ(decode_cut(stream, {2}).events, (events{{"x"}}));
  EXPECT_EQ(decode_cut(stream, {1, 2}).events, (events{{"x"}}));
}

TEST(SseDecoder, E03_SecondBomSpoilsTheFieldName) {
  EXPECT_EQ(events_of("\xEF\xBB\xBF\xEF\xBB\xBF"
                      "data: x\n\ndata: y\n\n"),
            (events{{"y"}}));
}

TEST(SseDecoder, E04_BomOfALaterLineIsKept) {
  EXPECT_EQ(events_of("data: x\n\xEF\xBB\xBF"
                      "data: y\n\n"),
            (events{{"x"}}));
}

TEST(SseDecoder, E05_BomInAValueIsKept) {
  EXPECT_EQ(events_of("data: \xEF\xBB\xBFx\n\n"), (events{{"\xEF\xBB\xBFx"}}));
}

TEST(SseDecoder, E06_BomRemovalRestartsWithTheConnection) {
  sse_decoder decoder;
  recorder sink;
  for (int connection = 0; connection < 2; ++connection) {
    EXPECT_FALSE(
        decoder.feed("\xEF\xBB\xBF"
                     "data: x\n\n",
                     sink));
    decoder.reset_for_new_connection();
  }
  EXPECT_EQ(sink.events, (events{{"x"}, {"x"}}));
}

TEST(SseDecoder, E07_BomWithoutAnyFieldIsNoEventAndNoError) {
  for (const std::string_view stream :
       {"\xEF\xBB\xBF"sv, "\xEF\xBB\xBF:hi\n"sv, "\xEF\xBB\xBF\n"sv, "\xEF\xBB"sv, ""sv}) {
    const outcome seen = decode_every_way(stream);
    EXPECT_TRUE(seen.events.empty());
    EXPECT_FALSE(seen.error);
  }
  EXPECT_EQ(decode_every_way("\xEF\xBB\xBF:hi\n").comments, std::vector<std::string>{"hi"});
}

TEST(SseDecoder, E08_PartOfABomIsMalformedTextNotSwallowed) {
  EXPECT_EQ(events_of("\xEF\xBB"
                      "data: x\n\ndata: y\n\n"),
            (events{{"y"}}));
  EXPECT_EQ(events_of("\xEF"
                      "data: x\n\ndata: y\n\n"),
            (events{{"y"}}));
  EXPECT_EQ(events_of("\xEF\xBB\n\xEF\xBB\xBF"
                      "data: x\n\ndata: y\n\n"),
            (events{{"y"}}));
}

TEST(SseDecoder, E09_BytesAreUtf8WithoutBeingTold) {
  // The decoder is given no charset; latin-1 text is malformed UTF-8, not misread as latin-1.
  EXPECT_EQ(events_of("data: caf\xC3\xA9\n\ndata: caf\xE9\n\n"),
            (events{{"caf\xC3\xA9"}, {"caf\xEF\xBF\xBD"}}));
}

TEST(SseDecoder, E10_LongCharactersArriveIntact) {
  const std::string text = "\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA6\x8A";
  EXPECT_EQ(decode_cut("data: " + text + "\n\n", {}).events, (events{{text}}));
}

TEST(SseDecoder, E11_CharactersSurviveEveryCut) {
  const std::string text = "\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA6\x8A";
  const std::string stream =
      "event: " + text + "\nid: " + text + "\ndata: " + text + "\ndata: " + text + "\n\n";
  EXPECT_EQ(events_of(stream), (events{{text + "\n" + text, text, text}}));
}

TEST(SseDecoder, E12_InvalidUtf8BecomesReplacementCharacters) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(events_of("data: a\x80z\n\n"), (events{{"a" + bad + "z"}}));            // lone continuation
  EXPECT_EQ(events_of("data: a\xC0\xAFz\n\n"), (events{{"a" + bad + bad + "z"}}));  // overlong
  EXPECT_EQ(events_of("data: a\xED\xA0\x80z\n\n"), (events{{"a" + bad + bad + bad + "z"}}));  // surrogate
  EXPECT_EQ(events_of("data: a\xF4\x90\x80\x80z\n\n"), (events{{"a" + bad + bad + bad + bad + "z"}}));
  EXPECT_EQ(events_of("data: a\xF0\x9F\xA6z\n\n"), (events{{"a" + bad + "z"}}));  // cut by another byte
  EXPECT_EQ(events_of("data: a\xE2\x82\ndata: \xAC\n\n"),
            (events{{"a" + bad + "\n" + bad}}));  // cut by a line end
  EXPECT_EQ(events_of("data: a\xE2\x82\r\rdata: b\r\r"), (events{{"a" + bad}, {"b"}}));
  EXPECT_EQ(events_of("event: \xFF\nid: \xFE\ndata: \xFF\n\n"), (events{{bad, bad, bad}}));
  EXPECT_EQ(decode_every_way(":\xFFx\n").comments, std::vector<std::string>{bad + "x"});
}

TEST(SseDecoder, E13_HalfACharacterNeverJoinsTheNextStream) {
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed("data: \xE2\x82", sink));
  decoder.reset_for_new_connection();
  EXPECT_FALSE(decoder.feed("\xAC\ndata: y\n\n", sink));
  EXPECT_EQ(sink.events, (events{{"y"}}));
}

TEST(SseDecoder, E14_NulInDataIsDelivered) {
  EXPECT_EQ(events_of("data: a\0b\n\n"sv), (events{{std::string{"a\0b", 3}}}));
}

TEST(SseDecoder, E15_NulInAFieldNameMakesItUnknown) {
  EXPECT_EQ(events_of("data\0: x\n\n\0data: x\n\nda\0ta: x\ndata: y\n\n"sv), (events{{"y"}}));
}

TEST(SseDecoder, E16_OtherSeparatorsDoNotEndLines) {
  const std::string text =
      "a\xC2\x85"
      "b\xE2\x80\xA8"
      "c\xE2\x80\xA9"
      "d\x0B"
      "e\x0C"
      "f\x1C"
      "g";
  EXPECT_EQ(events_of("data: " + text + "\n\n"), (events{{text}}));
}

// --- L: line ends ---

class SseLineEnds : public testing::TestWithParam<std::string_view> {};

TEST_P(SseLineEnds, L01_L02_L03_AreUnderstood) {
  const std::string end{GetParam()};
  EXPECT_EQ(events_of("data: one" + end + end), (events{{"one"}}));
  EXPECT_EQ(events_of("data: one" + end + "data: two" + end + end), (events{{"one\ntwo"}}));
  EXPECT_EQ(events_of("data:" + end + end), (events{{""}}));
  EXPECT_EQ(events_of("data" + end + "data" + end + end + "data: x" + end + end), (events{{"\n"}, {"x"}}));
  EXPECT_EQ(events_of("event: t" + end + "id: 7" + end + "data: x" + end + end), (events{{"x", "t", "7"}}));
}

INSTANTIATE_TEST_SUITE_P(All, SseLineEnds, testing::Values("\n"sv, "\r\n"sv, "\r"sv),
                         [](const auto& param_info) {
                           return param_info.param == "\n"   ? "L01_Lf"
                                  : param_info.param == "\r" ? "L03_Cr"
                                                             : "L02_CrLf";
                         });

TEST(SseDecoder, L04_AllThreeMixInOneStreamAndOneEvent) {
  EXPECT_EQ(events_of("data: a\ndata: b\r\ndata: c\rdata: d\n\r\ndata: e\r\rdata: f\r\n\n"),
            (events{{"a\nb\nc\nd"}, {"e"}, {"f"}}));
}

TEST(SseDecoder, L05_CrThenLfInTheNextChunkIsOneLineEnd) {
  EXPECT_EQ(decode_cut("data: a\r\ndata: b\r\n\r\n", {8}).events, (events{{"a\nb"}}));
}

TEST(SseDecoder, L06_CrThenAnotherByteInTheNextChunkEndedTheLine) {
  EXPECT_EQ(decode_cut("data: a\rdata: b\r\r", {8}).events, (events{{"a\nb"}}));
}

TEST(SseDecoder, L07_CrLfCrLfDispatchesOnceWhereverItIsCut) {
  const std::string_view stream = "data: a\r\n\r\n";
  for (std::size_t first = 1; first < stream.size(); ++first)
    for (std::size_t second = first; second < stream.size(); ++second)
      EXPECT_EQ(decode_cut(stream, {first, second}).events, (events{{"a"}})) << first << ' ' << second;
}

TEST(SseDecoder, L08_LfCrIsTwoLineEnds) {
  EXPECT_EQ(events_of("data: a\n\rdata: b\n\n"), (events{{"a"}, {"b"}}));
}

TEST(SseDecoder, L09_CrCrDispatchesAtOnce) {
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed("data: a\r\r", sink));
  EXPECT_EQ(sink.events, (events{{"a"}}));
}

TEST(SseDecoder, L10_ExtraBlankLinesDispatchNothing) {
  EXPECT_EQ(events_of("data: a\n\n\n\r\n\r\r\ndata: b\n\n\n"), (events{{"a"}, {"b"}}));
}

TEST(SseDecoder, L11_BlankLinesBeforeTheFirstFieldDispatchNothing) {
  EXPECT_EQ(events_of("\n\r\n\rdata: a\n\n"), (events{{"a"}}));
}

// --- F: fields ---

TEST(SseDecoder, F01_DataWithSpace) { EXPECT_EQ(events_of("data: x\n\n"), (events{{"x"}})); }

TEST(SseDecoder, F02_DataWithoutSpace) { EXPECT_EQ(events_of("data:x\n\n"), (events{{"x"}})); }

TEST(SseDecoder, F03_OneLeadingSpaceIsRemoved) { EXPECT_EQ(events_of("data:  x\n\n"), (events{{" x"}})); }

TEST(SseDecoder, F04_LeadingTabIsKept) { EXPECT_EQ(events_of("data:\tx\n\n"), (events{{"\tx"}})); }

TEST(SseDecoder, F05_ValueOfOneSpaceIsEmpty) { EXPECT_EQ(events_of("data: \n\n"), (events{{""}})); }

TEST(SseDecoder, F06_OnlyTheFirstColonSplits) {
  EXPECT_EQ(events_of("data: a:b: c\n\n"), (events{{"a:b: c"}}));
}

TEST(SseDecoder, F07_DataLinesJoinWithLf) {
  EXPECT_EQ(events_of("data: a\ndata: b\ndata: c\n\n"), (events{{"a\nb\nc"}}));
}

TEST(SseDecoder, F08_DataColonAloneDispatches) { EXPECT_EQ(events_of("data:\n\n"), (events{{""}})); }

TEST(SseDecoder, F09_DataWithoutColonDispatches) { EXPECT_EQ(events_of("data\n\n"), (events{{""}})); }

TEST(SseDecoder, F10_TwoEmptyDataLinesGiveOneLf) {
  EXPECT_EQ(events_of("data:\ndata:\n\ndata\ndata\n\n"), (events{{"\n"}, {"\n"}}));
}

TEST(SseDecoder, F11_EmptyDataLinesKeepTheirLf) {
  EXPECT_EQ(events_of("data\ndata: a\n\n"), (events{{"\na"}}));
  EXPECT_EQ(events_of("data: a\ndata\ndata: b\n\n"), (events{{"a\n\nb"}}));
  EXPECT_EQ(events_of("data: a\ndata\n\n"), (events{{"a\n"}}));
}

TEST(SseDecoder, F12_ABlockWithoutDataDispatchesNothing) {
  EXPECT_EQ(events_of("event: t\n\nid: 1\n\nretry: 500\n\nfoo\n\n"), events{});
}

TEST(SseDecoder, F13_NamesAreCaseSensitive) {
  EXPECT_EQ(events_of("Data: x\nDATA: x\nEvent: x\nID: x\ndata: y\n\n"), (events{{"y"}}));
}

TEST(SseDecoder, F14_SpaceBeforeTheNameMakesItUnknown) {
  EXPECT_EQ(events_of(" data: x\n\ndata : x\n\n"), events{});
}

TEST(SseDecoder, F15_LookAlikeNamesAreIgnoredAndTheEventSurvives) {
  EXPECT_EQ(events_of("data_5: x\nda-ta: x\ndataX: x\ndat: x\ndata: y\ndatax\nev: z\n\n"), (events{{"y"}}));
}

TEST(SseDecoder, F16_TextWithoutColonIsAnUnknownField) {
  EXPECT_EQ(events_of("hello\ndata: y\nworld\n\n"), (events{{"y"}}));
}

TEST(SseDecoder, F17_CommentLinesAreIgnored) {
  const std::string long_comment = ":" + std::string(3000, 'c') + "\n";
  EXPECT_EQ(decode_in_chunks(":\n" + long_comment + ":data: x\n:\rdata: y\n\n", 7).events, (events{{"y"}}));
  EXPECT_EQ(events_of(":\n:data: x\n: event: t\ndata: y\n\n"), (events{{"y"}}));
}

TEST(SseDecoder, F18_CommentsNeitherSplitNorDispatch) {
  EXPECT_EQ(events_of("data: a\n:c\ndata: b\n\n:c\n\n:d\n\n"), (events{{"a\nb"}}));
}

TEST(SseDecoder, F19_CommentsAreSurfacedAtTheirLineEnd) {
  sse_decoder decoder;
  recorder sink;
  EXPECT_FALSE(decoder.feed(":keep-alive\n", sink));
  EXPECT_EQ(sink.comments, std::vector<std::string>{"keep-alive"});
  EXPECT_EQ(decode_every_way(":a\n: b\r\n:\n").comments, (std::vector<std::string>{"a", " b", ""}));
}

TEST(SseDecoder, F20_EventSetsTheTypeOfOneEvent) {
  EXPECT_EQ(events_of("event: t\ndata: a\n\ndata: b\n\n"), (events{{"a", "t"}, {"b"}}));
}

TEST(SseDecoder, F21_EmptyEventMeansMessage) {
  EXPECT_EQ(events_of("event:\ndata: a\n\nevent\ndata: b\n\nevent: t\nevent:\ndata: c\n\n"),
            (events{{"a"}, {"b"}, {"c"}}));
}

TEST(SseDecoder, F22_LastEventLineWins) {
  EXPECT_EQ(events_of("event: a\nevent: b\ndata: x\n\n"), (events{{"x", "b"}}));
}

TEST(SseDecoder, F23_TypeOfADatalessBlockDoesNotLeak) {
  EXPECT_EQ(events_of("event: t\n\ndata: x\n\n"), (events{{"x"}}));
}

TEST(SseDecoder, F24_TypeKeepsItsSecondSpace) {
  EXPECT_EQ(events_of("event:  t\ndata: x\n\n"), (events{{"x", " t"}}));
}

TEST(SseDecoder, F25_FieldOrderIsIrrelevant) {
  EXPECT_EQ(events_of("data: a\nid: 1\nevent: t\n\n"), (events{{"a", "t", "1"}}));
  EXPECT_EQ(events_of("id: 1\ndata: a\nevent: t\ndata: b\n\n"), (events{{"a\nb", "t", "1"}}));
}

}  // namespace
}  // namespace kitfox::protocol::test
