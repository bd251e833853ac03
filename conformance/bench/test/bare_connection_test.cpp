#include "conformance/bench/bare_connection.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

using state = answer_extent::state;

void expect_whole_only_at_its_end(std::string_view answer, int status) {
  for (std::size_t size = 0; size < answer.size(); ++size)
    EXPECT_EQ(find_answer_end(answer.substr(0, size)).found, state::partial) << size;
  const answer_extent whole = find_answer_end(answer);
  EXPECT_EQ(whole.found, state::whole);
  EXPECT_EQ(whole.status, status);
  EXPECT_EQ(whole.total_bytes, answer.size());
}

TEST(FindAnswerEnd, GoesByContentLengthInAnyCase) {
  expect_whole_only_at_its_end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello", 200);
  expect_whole_only_at_its_end("HTTP/1.1 404 Not Found\r\ncontent-length:2\r\n\r\nno", 404);
  expect_whole_only_at_its_end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200);
}

TEST(FindAnswerEnd, GoesByTheLastChunk) {
  expect_whole_only_at_its_end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                               200);
}

TEST(FindAnswerEnd, KnowsAnswersWithoutABody) {
  expect_whole_only_at_its_end("HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n", 204);
}

TEST(FindAnswerEnd, RefusesWhatHasNoEnd) {
  EXPECT_EQ(find_answer_end("HTTP/1.1 200 OK\r\nServer: x\r\n\r\nbody").found, state::malformed);
  EXPECT_EQ(find_answer_end("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n").found, state::malformed);
  EXPECT_EQ(find_answer_end("SSH-2.0-x\r\n\r\n").found, state::malformed);
}

}  // namespace
}  // namespace kitfox::conformance
