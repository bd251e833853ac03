#include "conformance/transcript/recorder.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

using runtime::mono_time;

mono_time at(double seconds) {
  return mono_time{std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)}};
}

const std::string key_text = "ixfx_k8s_one." + std::string(43, 's');

/// One connection of an agent, seen at its client end.
class wire_script {
 public:
  wire_script() {
    record header;
    header.kind = record_kind::header;
    tape_.add(std::move(header), at(0));
    tape_.know_key(key_text, "ixfx_k8s_one");
    tape_.on_dial(connection_, at(0));
  }
  void connect(const std::string& key = key_text) {
    tape_.on_sent(connection_, fault::side::client,
                  "GET /agent/connect?instance_id=i HTTP/1.1\r\nAuthorization: Bearer " + key + "\r\n\r\n",
                  at(1));
  }
  void answer(double t, const std::string& bytes) {
    tape_.on_delivered(connection_, fault::side::server, bytes, at(t));
  }
  /// One server-sent event as a chunk.
  void event(double t, const std::string& text) {
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    answer(t, size + text + "\r\n");
  }
  std::vector<record> records(record_kind kind) {
    tape_.seal();
    std::vector<record> out;
    for (const record& one : tape_.result().records()) {
      if (one.kind == kind) out.push_back(one);
    }
    return out;
  }
  recorder& tape() { return tape_; }

 private:
  recorder tape_{mono_time{}};
  fault::wire_observer::connection connection_{7, "prod/0->gateway"};
};

constexpr const char* stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(Recorder, ReplacesAKeyByItsId) {
  wire_script wire;
  wire.connect();
  const auto requests = wire.records(record_kind::http_request);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].key, "ixfx_k8s_one");
  EXPECT_EQ(print_record(requests[0]).find("sssss"), std::string::npos) << "no secret in a transcript";
}

TEST(Recorder, TellsAWrongSecretFromARightOne) {
  wire_script wire;
  wire.connect("ixfx_k8s_one." + std::string(43, 'w'));
  const auto requests = wire.records(record_kind::http_request);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].facts().value("credential", ""), "wrong");
}

TEST(Recorder, WritesHeartbeatsThatFollowEachOtherAsOneRecord) {
  wire_script wire;
  wire.connect();
  wire.answer(1, stream_head);
  for (const double t : {2.0, 4.0, 9.0}) wire.event(t, "event: heartbeat\ndata: {}\n\n");
  wire.event(10, "event: command\nid: r1\ndata: {\"request_id\":\"r1\"}\n\n");
  const auto quiet = wire.records(record_kind::sse_quiet);
  ASSERT_EQ(quiet.size(), 1u);
  EXPECT_EQ(quiet[0].count, 3u);
  EXPECT_EQ(quiet[0].first, 2'000'000'000);
  EXPECT_EQ(quiet[0].last, 9'000'000'000);
  EXPECT_EQ(quiet[0].gap_max, 5'000'000'000);
}

TEST(Recorder, DoesNotTakeAnUnfinishedEventForOne) {
  wire_script wire;
  wire.connect();
  wire.answer(1, stream_head);
  wire.event(2, "event: command\nid: r1\ndata: {}\n");
  EXPECT_TRUE(wire.records(record_kind::sse_event).empty());
}

TEST(Recorder, FindsACanaryOverAChunkBoundary) {
  wire_script wire;
  wire.connect();
  wire.answer(1, "HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n..kfx-cana");
  wire.answer(2, "ry-0123456789ab..");
  const auto responses = wire.records(record_kind::http_response);
  ASSERT_EQ(responses.size(), 1u);
  EXPECT_EQ(responses[0].canaries, std::vector<std::string>{"kfx-canary-0123456789ab"});
}

TEST(Recorder, CapsBodiesAndSaysSo) {
  wire_script wire;
  wire.connect();
  const std::string body(100'000, 'x');
  wire.answer(1, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body);
  const auto responses = wire.records(record_kind::http_response);
  ASSERT_EQ(responses.size(), 1u);
  EXPECT_EQ(responses[0].text.size(), recorder::body_bytes_max);
  EXPECT_EQ(responses[0].facts().value("body_bytes", 0), 100'000);
}

TEST(Recorder, RecordsNothingOnceSealed) {
  wire_script wire;
  wire.tape().seal();
  wire.connect();
  EXPECT_TRUE(wire.records(record_kind::http_request).empty());
}

TEST(Recorder, HidesASecretThatALogLineShows) {
  wire_script wire;
  wire.tape().log("prod/0", "oops", {{"text", "my key is " + key_text}}, at(3));
  const auto logs = wire.records(record_kind::log);
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(logs[0].facts().value("leak", ""), "ixfx_k8s_one");
  EXPECT_EQ(print_record(logs[0]).find("sssss"), std::string::npos);
}

TEST(Recorder, FindsAPartOfASecretInALogLine) {
  const std::string secret = "Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A";
  wire_script wire;
  wire.tape().know_key("ixfx_k8s_two." + secret, "ixfx_k8s_two");
  wire.tape().log("prod/0", "hint", {{"text", "begins with " + secret.substr(0, 10)}}, at(3));
  wire.tape().log("prod/0", "other", {{"text", "ixfx_k8s_two connects"}}, at(4));
  const auto logs = wire.records(record_kind::log);
  ASSERT_EQ(logs.size(), 2u);
  EXPECT_EQ(logs[0].facts().value("leak", ""), "ixfx_k8s_two");
  EXPECT_FALSE(logs[1].facts().contains("leak")) << "the id is no secret";
}

TEST(Recorder, FindsASecretThatABodyShowsWithoutItsId) {
  const std::string secret = "Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A";
  wire_script wire;
  wire.tape().know_key("ixfx_k8s_two." + secret, "ixfx_k8s_two");
  wire.connect();
  wire.answer(1, "HTTP/1.1 500 Oops\r\nContent-Length: 63\r\n\r\n.........." + secret.substr(0, 20));
  wire.answer(2, secret.substr(20) + "..........");
  const auto responses = wire.records(record_kind::http_response);
  ASSERT_EQ(responses.size(), 1u);
  EXPECT_TRUE(responses[0].facts().value("leak", false));
  EXPECT_EQ(print_record(responses[0]).find(secret), std::string::npos);
}

TEST(Recorder, FindsASecretInAnEventAndForgetsItWithTheNext) {
  wire_script wire;
  wire.connect();
  wire.answer(1, stream_head);
  wire.event(2, "event: connected\ndata: " + std::string(43, 's') + "\n\n");
  wire.event(3, "event: command\ndata: {}\n\n");
  const auto events = wire.records(record_kind::sse_event);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_TRUE(events[0].facts().value("leak", false));
  EXPECT_FALSE(events[1].facts().contains("leak"));
}

TEST(RecorderBound, AFullTranscriptIsSaidToBeIncomplete) {
  recorder tape{runtime::mono_time{}, 2};
  for (int number = 0; number < 2; ++number) {
    record one;
    one.kind = record_kind::log;
    tape.add(std::move(one), {});
    EXPECT_TRUE(tape.complete());
  }
  tape.finish({}, {});
  EXPECT_FALSE(tape.complete()) << "there was no room for the footer";
  EXPECT_EQ(tape.result().records().size(), 2u);
}

}  // namespace
}  // namespace kitfox::conformance
