#include "fakes/fault/http_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/fault/http_tracker.hpp"
#include "fakes/fault/match.hpp"
#include "fakes/fault/sse_splitter.hpp"

namespace kitfox::fault::test {
namespace {

/// Writes pieces down: adjacent ones of a kind are joined, so that the chunking does not show.
struct recorder final : http_piece_sink {
  std::vector<std::pair<http_piece, std::string>> pieces;
  std::string all;
  int messages = 0;
  std::string method = "GET";
  void on_piece(http_role, http_piece what, std::string_view raw, const http_head*) override {
    all += raw;
    if (!pieces.empty() && pieces.back().first == what) {
      pieces.back().second += raw;
    } else {
      pieces.emplace_back(what, raw);
    }
  }
  void on_message_end(http_role) override { ++messages; }
  std::string_view answered_method() override { return method; }
};

recorder parse(http_role role, std::string_view bytes, std::size_t cut, const std::string& method = "GET") {
  recorder sink;
  sink.method = method;
  http_parser parser{role};
  parser.feed(bytes.substr(0, cut), sink);
  parser.feed(bytes.substr(cut), sink);
  parser.finish(sink);
  return sink;
}

TEST(HttpParser, GivesTheSamePiecesForEverySplitAndNeverLosesAByte) {
  const std::vector<std::pair<http_role, std::string>> streams{
      {http_role::request,
       "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\r\nGET / HTTP/1.1\r\n\r\n"},
      {http_role::request,
       "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\nGET / "
       "HTTP/1.1\r\n\r\n"},
      {http_role::response,
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 204 No\r\n\r\n"},
      {http_role::response, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n"},
      {http_role::request, "\x16\x03\x01 something else"},
      {http_role::response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbroken"},
      {http_role::request, "GET / HTTP/1.1\nHost: bare-lf\n\nGET /2 HTTP/1.1\n\n"}};
  for (const auto& [role, bytes] : streams) {
    const recorder whole = parse(role, bytes, bytes.size());
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      const recorder split = parse(role, bytes, cut);
      EXPECT_EQ(split.all, bytes) << cut;
      EXPECT_EQ(split.pieces, whole.pieces) << bytes << cut;
      EXPECT_EQ(split.messages, whole.messages) << cut;
    }
  }
}

TEST(HttpParser, KnowsResponsesWithoutBody) {
  const std::string two =
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n";
  EXPECT_EQ(parse(http_role::response, two, 10, "HEAD").messages, 2);
}

TEST(HttpParser, TakesATunnelForOpaque) {
  const recorder got = parse(http_role::response, "HTTP/1.1 200 OK\r\n\r\n\x01\x02", 5, "CONNECT");
  ASSERT_EQ(got.pieces.size(), 2U);
  EXPECT_EQ(got.pieces[1].first, http_piece::opaque);
}

TEST(HttpParser, GivesUpOverItsLimits) {
  recorder sink;
  http_parser parser{http_role::request, {100, 10}};
  parser.feed("GET / HTTP/1.1\r\nX: " + std::string(200, 'x'), sink);
  EXPECT_TRUE(parser.opaque());
  EXPECT_EQ(parser.held(), 0U);
  http_parser chunks{http_role::request, {100, 10}};
  chunks.feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n00000000000001", sink);
  EXPECT_TRUE(chunks.opaque());
}

TEST(HttpParser, ContradictingLengthsAreOpaque) {
  const recorder got =
      parse(http_role::request, "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 7);
  ASSERT_EQ(got.pieces.size(), 1U);
  EXPECT_EQ(got.pieces[0].first, http_piece::opaque);
}

TEST(HttpTracker, BecomesOpaqueWithTooManyExchanges) {
  http_tracker tracker;
  for (std::size_t i = 0; i <= http_tracker::exchanges_max; ++i)
    tracker.observe(side::client, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(tracker.parser(side::client).opaque());
}

TEST(HttpTracker, SurvivesAResponseThatNobodyAskedFor) {
  http_tracker tracker;
  tracker.observe(side::server, "HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n");
  tracker.observe(side::client, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(tracker.exchanges().size(), 1U);
  tracker.observe(side::server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(tracker.exchanges().empty());
}

TEST(HttpHead, ReplacesAddsAndRemovesFields) {
  const std::string head = "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\n";
  EXPECT_EQ(with_field(head, "a", "9"), "HTTP/1.1 200 OK\r\nB: 2\r\na: 9\r\n\r\n");
  EXPECT_EQ(with_field(head, "B", ""), "HTTP/1.1 200 OK\r\nA: 1\r\n\r\n");
}

std::vector<std::string> blocks(std::string_view bytes, std::size_t cut, std::size_t block_bytes_max = 1000) {
  std::vector<std::string> found;
  sse_splitter splitter{block_bytes_max};
  for (std::string_view part : {bytes.substr(0, cut), bytes.substr(cut)}) {
    while (!part.empty()) {
      const sse_splitter::step step = splitter.feed(part);
      part.remove_prefix(step.used);
      if (step.complete) {
        const sse_block block = splitter.take_block();
        found.push_back(block.type + "/" + block.id);
      } else if (step.oversize) {
        found.push_back("part:" + splitter.take_partial());
      }
    }
  }
  return found;
}

TEST(SseSplitter, FindsTheBlocksForEverySplitAndLineEnding) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string bytes = "event: a" + end + "id: 7" + end + "data: x" + end + end + ": c" + end + end +
                              "data" + end + end + "retry: 5" + end + end;
    const std::vector<std::string> expected{"a/7", "comment/", "message/", "/"};
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      std::vector<std::string> found = blocks(bytes, cut);
      EXPECT_EQ(found, expected) << end << cut;
    }
  }
}

TEST(SseSplitter, GivesOutABlockThatOutgrowsItsBound) {
  const auto found = blocks("data: " + std::string(50, 'x') + "\n\ndata: y\n\n", 30, 20);
  ASSERT_GE(found.size(), 2U);
  EXPECT_TRUE(found.front().starts_with("part:data: "));
  EXPECT_EQ(found.back(), "message/");
}

TEST(Pattern, AStarStandsForAnything) {
  EXPECT_TRUE(fits_pattern("/agent/*", "/agent/response/7"));
  EXPECT_TRUE(fits_pattern("*", ""));
  EXPECT_TRUE(fits_pattern("/a*c*e", "/abcde"));
  EXPECT_FALSE(fits_pattern("/a*c", "/abcd"));
  EXPECT_FALSE(fits_pattern("/agent", "/agent/"));
}

}  // namespace
}  // namespace kitfox::fault::test
