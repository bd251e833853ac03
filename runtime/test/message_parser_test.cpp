#include "runtime/http/message_parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::runtime::http {
namespace {

const std::string post = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The body of a request of which ever more is shown, `step` bytes at a time, as a connection's buffer does.
result<std::string> body_of(std::string_view input, std::size_t step) {
  const limits bounds;
  request_parser parser{bounds};
  std::size_t used = 0;
  for (std::size_t shown = 0; shown < input.size() && !parser.complete();) {
    shown = std::min(input.size(), shown + step);
    for (std::size_t taken = 1; taken > 0 && !parser.complete(); used += taken) {
      const result<std::size_t> put = parser.put(input.substr(used, shown - used));
      if (!put) return put.error();
      taken = *put;
    }
  }
  EXPECT_TRUE(parser.complete()) << input << " in steps of " << step;
  EXPECT_EQ(used, input.size()) << input << " in steps of " << step;
  return parser.message().body;
}

TEST(HttpRequestParser, ReadsChunksHoweverTheyAreSplit) {
  struct chunked {
    std::string text, body;
  };
  for (const chunked& one : std::vector<chunked>{
           {"0\r\n\r\n", ""},
           {"000\r\n\r\n", ""},
           {"0;last=yes\r\n\r\n", ""},
           {"0\r\nDigest: none\r\n\r\n", ""},
           {"01\r\n0\r\n0\r\n\r\n", "0"},
           {"5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"},
       })
    for (std::size_t step = 1; step <= post.size() + one.text.size(); ++step) {
      const result<std::string> body = body_of(post + one.text, step);
      ASSERT_TRUE(body.has_value()) << one.text << " in steps of " << step << ": " << body.error().message();
      EXPECT_EQ(*body, one.body) << one.text << " in steps of " << step;
    }
}

TEST(HttpRequestParser, RefusesABrokenLastChunkHoweverItIsSplit) {
  for (const std::string_view broken : {"0\n\r\n\r\n", "0x\r\n\r\n", "0\rX\r\n\r\n", "0\r\nno colon\r\n\r\n"})
    for (std::size_t step = 1; step <= 8; ++step) {
      const std::string text = post + std::string{broken};
      const result<std::string> body = body_of(text, step);
      ASSERT_FALSE(body.has_value()) << broken << " in steps of " << step;
      EXPECT_EQ(body.error(), errc::malformed) << broken << " in steps of " << step;
    }
}

}  // namespace
}  // namespace kitfox::runtime::http
