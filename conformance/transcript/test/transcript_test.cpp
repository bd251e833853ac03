#include "conformance/transcript/transcript.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

record header() {
  record one;
  one.kind = record_kind::header;
  one.more = {{"case", "connect/first"}};
  return one;
}

TEST(Record, SurvivesBeingPrintedAndParsed) {
  record one;
  one.kind = record_kind::http_response;
  one.t = 12'345'678'901;
  one.conn = 9;
  one.at = wire_end::server;
  one.exchange = 3;
  one.status = 503;
  one.target = "/agent/connect";
  one.text = "quote \" and line\nend";
  one.canaries = {"kfx-canary-0123456789ab"};
  one.more = {{"retry-after", "5"}};
  std::string why;
  const auto back = parse_record(print_record(one), why);
  ASSERT_TRUE(back) << why;
  EXPECT_EQ(print_record(*back), print_record(one));
  EXPECT_EQ(back->status, 503);
  EXPECT_EQ(back->at, wire_end::server);
}

TEST(Record, NamesOfKindsAreUniqueAndReadBack) {
  for (std::size_t i = 0; i < record_kinds; ++i) {
    const auto kind = static_cast<record_kind>(i);
    EXPECT_EQ(parse_record_kind(to_string(kind)), kind);
  }
  EXPECT_FALSE(parse_record_kind("nonsense"));
}

TEST(Transcript, ReadsBackWhatItPrinted) {
  transcript tape;
  ASSERT_TRUE(tape.append(header()));
  record footer;
  footer.kind = record_kind::footer;
  ASSERT_TRUE(tape.append(std::move(footer)));
  std::string why;
  const auto back = transcript::parse(tape.print(), why);
  ASSERT_TRUE(back) << why;
  EXPECT_EQ(back->print(), tape.print());
}

TEST(Transcript, TakesNoMoreRecordsThanItsBound) {
  transcript tape{2};
  ASSERT_TRUE(tape.append(header()));
  record one;
  one.kind = record_kind::footer;
  EXPECT_TRUE(tape.append(record{one}));
  EXPECT_FALSE(tape.append(record{one}));
  EXPECT_EQ(tape.records().size(), 2u);
  std::string why;
  EXPECT_TRUE(transcript::parse(tape.print(), why, 2)) << why;
  EXPECT_FALSE(transcript::parse(tape.print(), why, 1));
  EXPECT_EQ(why, "more records than a transcript may hold");
}

TEST(Transcript, NamesTheLineThatIsWrong) {
  std::string why;
  EXPECT_FALSE(transcript::parse("", why));
  EXPECT_EQ(why, "line 1: expected a header, found nothing");
  EXPECT_FALSE(transcript::parse("{\"t\":0,\"e\":\"dial\"}\n", why));
  EXPECT_EQ(why, "line 1: the first record must be the header");
  EXPECT_FALSE(transcript::parse(print_record(header()) + "\n{\"t\":0}\n", why));
  EXPECT_EQ(why, "line 2: expected an integer \"t\" and a known \"e\"");
}

}  // namespace
}  // namespace kitfox::conformance
