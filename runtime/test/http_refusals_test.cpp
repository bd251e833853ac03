#include "runtime/test/http_bench.hpp"

namespace kitfox::runtime::http::test {
namespace {

struct heard {
  error_code written, end;
  std::string answer;
};

task<void> send_all_then_read(bench& with, std::string bytes, heard& out) {
  const auto client = with.listening->connect();
  out.written = co_await client->write(bytes);
  static_cast<void>(co_await client->shutdown_send());
  out.answer = co_await read_to_end(*client, out.end);
}

// The client of a request that is too large reads only once it has written everything.
TEST(HttpRefusals, AnOversizeBodyIsReadToItsEndSoThatItsRefusalArrives) {
  server_options options;
  options.bounds.body_bytes_max = 1000;
  bench with{options};
  heard out;
  const std::string body(1 << 20, 'b');
  with.run(
      send_all_then_read(with, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n" + body, out));
  EXPECT_EQ(out.written, error_code{});
  EXPECT_EQ(out.answer.substr(0, out.answer.find("\r\n")), "HTTP/1.1 413 Content Too Large");
  EXPECT_EQ(out.end, runtime::errc::end_of_stream);
  EXPECT_LT(with.elapsed(), 2s);
}

task<void> send_for_ever(bench& with, error_code& failure) {
  const auto client = with.listening->connect();
  failure = co_await client->write("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
  while (!failure) {
    failure = co_await client->write("more");
    static_cast<void>(co_await with.on.clock().sleep_for(100ms));
  }
}

TEST(HttpRefusals, AClientThatGoesOnAfterItsRefusalIsCutAfterTwoSeconds) {
  server_options options;
  options.bounds.body_bytes_max = 1000;
  bench with{options};
  error_code failure;
  with.run(send_for_ever(with, failure));
  EXPECT_TRUE(failure);
  EXPECT_GE(with.elapsed(), 2s);
  EXPECT_LE(with.elapsed(), 2300ms);
}

}  // namespace
}  // namespace kitfox::runtime::http::test
