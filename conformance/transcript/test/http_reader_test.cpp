#include "conformance/transcript/http_reader.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

/// Writes down what a reader reports, one word an entry.
struct notes final : http_reader_sink {
  std::string text;
  void on_head(http_head head) override {
    text += head.status != 0 ? "<" + std::to_string(head.status) + ">"
                             : "<" + head.method + " " + head.target + ">";
  }
  void on_body(std::string_view bytes) override { text += bytes; }
  void on_message_end() override { text += "."; }
  void on_malformed(std::string_view why) override { text += "!" + std::string{why}; }
};

/// Feeds `bytes` in two parts, cut at every place, and expects the same notes each time.
void expect_requests(const std::string& bytes, const std::string& expected) {
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    notes out;
    http_reader reader{http_reader::direction::requests, out};
    reader.feed(std::string_view{bytes}.substr(0, cut));
    reader.feed(std::string_view{bytes}.substr(cut));
    EXPECT_EQ(out.text, expected) << "cut at " << cut;
  }
}

void expect_responses(const std::string& bytes, const std::vector<std::string>& methods,
                      const std::string& expected) {
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    notes out;
    http_reader reader{http_reader::direction::responses, out};
    for (const std::string& method : methods) reader.expect_response_to(method);
    reader.feed(std::string_view{bytes}.substr(0, cut));
    reader.feed(std::string_view{bytes}.substr(cut));
    reader.end_of_stream();
    EXPECT_EQ(out.text, expected) << "cut at " << cut;
  }
}

TEST(HttpReader, ReadsRequestsOneAfterTheOther) {
  expect_requests("GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
                  "<GET /a>.<POST /b>abc.");
}

TEST(HttpReader, TakesChunksApart) {
  expect_responses(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: "
      "1\r\n\r\n",
      {"GET"}, "<200>abcde.");
}

TEST(HttpReader, ReadsABodyThatLastsUntilClose) {
  expect_responses("HTTP/1.1 200 OK\r\n\r\nabc", {"GET"}, "<200>abc.");
}

TEST(HttpReader, ExpectsNoBodyWhereThereIsNone) {
  expect_responses("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
                   {"HEAD", "GET"}, "<200>.<204>.");
}

TEST(HttpReader, SkipsInterimResponses) {
  expect_responses("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", {"POST"},
                   "<200>x.");
}

TEST(HttpReader, SaysWhatIsNotHttp) {
  notes out;
  http_reader reader{http_reader::direction::requests, out};
  reader.feed("NONSENSE\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(out.text, "!start line") << "and takes nothing more";
}

TEST(HttpReader, GivesUpOnAHeadWithoutEnd) {
  notes out;
  http_reader reader{http_reader::direction::requests, out};
  for (int i = 0; i < 70; ++i) reader.feed(std::string(1024, 'x'));
  EXPECT_EQ(out.text, "!head too long");
}

TEST(HttpReader, KnowsWhetherAMessageWasCutOff) {
  notes out;
  http_reader reader{http_reader::direction::requests, out};
  reader.feed("GET / HTTP/1.1\r\n\r\n");
  EXPECT_FALSE(reader.inside_message());
  reader.feed("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_TRUE(reader.inside_message());
}

/// What is said of `bytes`, all at once or in slices of so many.
std::string said_of(std::string_view bytes, std::size_t slice) {
  notes out;
  http_reader reader{http_reader::direction::requests, out};
  for (; !bytes.empty(); bytes.remove_prefix(std::min(slice, bytes.size())))
    reader.feed(bytes.substr(0, slice));
  return out.text;
}

TEST(HttpReader, BoundsWhatItHoldsHoweverItComes) {
  constexpr std::size_t most = http_reader::head_bytes_max;
  const auto head_of = [](std::size_t size) {
    const std::string start = "GET / HTTP/1.1\r\nA: ";
    return start + std::string(size - start.size() - 4, 'a') + "\r\n\r\n";
  };
  const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto size_line_of = [](std::size_t size) { return "0;" + std::string(size - 4, 'x') + "\r\n"; };
  const auto trailer_of = [](std::size_t size) { return "T:" + std::string(size - 4, 'x') + "\r\n\r\n"; };
  for (const std::size_t slice : {most * 2, most, std::size_t{1000}}) {
    EXPECT_EQ(said_of(head_of(most), slice), "<GET />.");
    EXPECT_EQ(said_of(head_of(most + 1), slice), "!head too long");
    EXPECT_EQ(said_of(chunked + size_line_of(most) + "\r\n", slice), "<POST />.");
    EXPECT_EQ(said_of(chunked + size_line_of(most + 1) + "\r\n", slice), "<POST />!chunk size too long");
    EXPECT_EQ(said_of(chunked + "0\r\n" + trailer_of(most), slice), "<POST />.");
    EXPECT_EQ(said_of(chunked + "0\r\n" + trailer_of(most + 1), slice), "<POST />!trailers too long");
  }
}

}  // namespace
}  // namespace kitfox::conformance
