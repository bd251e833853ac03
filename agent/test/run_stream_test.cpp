// The whole agent in virtual time: what HTTP makes of its stream, below the events.
#include "agent/test/agent_world.hpp"

namespace kitfox::agent::test {
namespace {

using namespace std::chrono_literals;

class RunStream : public agent_world {};

// sse-cases C09, X04: whatever frames the body gives the same events, and whatever ends it is the end of the
// stream.
TEST_F(RunStream, TakesTheSameEventsWhateverFramesTheBodyAndComesBackFromEveryEnd) {
  using framing = connect_reply::framing;
  using then = connect_reply::then;
  start();
  run_until_connected();
  std::size_t connected = 1, answered = 0;
  for (const framing how : {framing::chunked, framing::until_close, framing::until_length}) {
    for (const then end : {then::finish, then::fin, then::rst}) {
      gateway.connects = {connect_reply{.body = scripted_gateway::connected(), .framed = how}};
      gateway.end(then::rst);
      run_until_connected(++connected);
      gateway.send(scripted_gateway::command("r" + std::to_string(connected), "list_namespaces"));
      ++answered;
      run_until([&] { return gateway.answers.size() == answered; });
      // An event without its blank line is none (X01), however the stream ends.
      gateway.send("event: command\ndata: {\"request_id\":\"half\"}\n");
      run_for(1s);
      gateway.end(end);
      run_until_connected(++connected);
      EXPECT_EQ(gateway.answers.size(), answered);
    }
  }
}

// sse-cases C10.
TEST_F(RunStream, NeverAsksForACodedStreamAndTakesNone) {
  gateway.connects = {
      connect_reply{.headers = "Content-Encoding: gzip\r\n", .body = scripted_gateway::connected()},
      connect_reply{.headers = "Content-Encoding: identity\r\n", .body = scripted_gateway::connected()}};
  start();
  run_until_connected();
  ASSERT_EQ(gateway.connect_requests.size(), 2u);
  EXPECT_FALSE(gateway.connect_requests[0].headers.contains("accept-encoding"));
  EXPECT_NE(events.last("connect_failed").find("reason=not_an_event_stream"), std::string::npos);
}

}  // namespace
}  // namespace kitfox::agent::test
