#include <gtest/gtest.h>

#include "fakes/fault/test/path_script.hpp"
#include "fakes/fault/test/proxy_bench.hpp"
#include "runtime/errc.hpp"

namespace kitfox::fault::test {
namespace {

using nlohmann::json;
using runtime::task;

// The mistakes of other injectors, one test each; those that need no socket are tested with the faults.

task<void> atomic(proxy_bench& in) {
  co_await in.create("p", R"("toxics": [{"type": "limit_data", "attributes": {"bytes": 3}}])");
  auto [client, server] = co_await in.connect("p");
  EXPECT_EQ(co_await server->write("abcdef"), error_code{});
  EXPECT_EQ(co_await read_exactly(*client, 6), "abc");
  auto wrong = co_await in.call(
      "POST", "/proxies", R"({"name": "q", "upstream": "127.0.0.1:1", "toxics": [{"type": "nonsense"}]})");
  EXPECT_EQ(wrong.status, 400);
  auto none = co_await in.call("GET", "/proxies/q");
  EXPECT_EQ(none.status, 404);
}

TEST(ProxyMistakes, AProxyIsCreatedWithItsToxicsAtOnceOrNotAtAll) { proxy_bench{}.run(atomic); }

task<void> note_resets(proxy_bench& in, std::string& taken) {
  co_await in.create("p", R"("toxics": [{"type": "fault/reset_after_accept", "toxicity": 0.5}])");
  for (int i = 0; i < 24; ++i) {
    auto client = co_await in.dial("p");
    EXPECT_TRUE(client.has_value());
    const error_code sent = co_await (*client)->shutdown_send();
    static_cast<void>(sent);  // may have been reset before
    const error_code end = co_await end_of(**client);
    taken += end == runtime::errc::connection_reset ? 'X' : '.';
  }
}

std::string resets_with(std::uint64_t seed) {
  std::string taken;
  proxy_bench bench{seed};
  // An upstream that ends each connection in order.
  bench.run([&taken](proxy_bench& in) -> task<void> {
    return [](proxy_bench& of, std::string& into) -> task<void> {
      runtime::task_group serving{*of.host};
      serving.spawn("upstream", [](runtime::listener& from) -> task<void> {
        for (;;) {
          auto accepted = co_await from.accept();
          if (!accepted) co_return;
        }
      }(*of.upstream));
      co_await note_resets(of, into);
      serving.cancel();
      co_await serving.join();
    }(in, taken);
  });
  return taken;
}

TEST(ProxyMistakes, TheSeedIsHonoured) {
  const std::string first = resets_with(7);
  EXPECT_NE(first.find('X'), std::string::npos);
  EXPECT_NE(first.find('.'), std::string::npos);
  EXPECT_EQ(resets_with(7), first);
  EXPECT_NE(resets_with(8), first);
}

task<void> chatter(proxy_bench& in) {
  co_await in.create(
      "p", R"("toxics": [{"type": "timeout", "attributes": {"timeout": 300}, "stream": "upstream"}])");
  auto [client, server] = co_await in.connect("p");
  // Would go on for ever if each chunk restarted the timeout.
  error_code failure;
  while (!failure) {
    failure = co_await client->write("chatter");
    const error_code woken = co_await in.host->clock().sleep_for(5ms);
    if (woken) break;
  }
  EXPECT_TRUE(failure.failed());
}

TEST(ProxyMistakes, ATimeoutIsNotRestartedByChunks) { proxy_bench{}.run(chatter); }

task<void> resets_idle_peer(proxy_bench& in) {
  co_await in.create("p");
  auto [client, server] = co_await in.connect("p");
  auto made = co_await in.call("POST", "/proxies/p/toxics",
                               R"({"type": "reset_peer", "attributes": {"timeout": 20}})");
  EXPECT_EQ(made.status, 200);
  const error_code client_end = co_await end_of(*client);
  const error_code server_end = co_await end_of(*server);
  EXPECT_EQ(client_end, runtime::errc::connection_reset);
  EXPECT_EQ(server_end, runtime::errc::connection_reset);
  auto fired = co_await in.call("GET", "/firings");
  EXPECT_EQ(fired.body["count"], 1);
  const json& one = fired.body["firings"][0];
  EXPECT_EQ(one["proxy"], "p");
  EXPECT_EQ(one["fault"], "reset_peer_downstream");
  EXPECT_EQ(one["connection"], 1);
  EXPECT_EQ(one["offset"], 0);
  EXPECT_EQ(one["what"], "rst");
  EXPECT_EQ(one["event"], "");
  EXPECT_GE(one["fired_ns"].get<std::int64_t>(), one["planned_ns"].get<std::int64_t>());
  EXPECT_GT(one["planned_ns"].get<std::int64_t>(), 0);
  EXPECT_EQ(fired.body["never_fired"]["p"], json::array());
}

TEST(ProxyMistakes, ResetNeedsNoTrafficAndIsATrueRst) { proxy_bench{}.run(resets_idle_peer); }

task<void> live_counters(proxy_bench& in) {
  co_await in.create("p");
  auto [client, server] = co_await in.connect("p");
  EXPECT_EQ(co_await server->write("event"), error_code{});
  EXPECT_EQ(co_await read_exactly(*client, 5), "event");
  auto got = co_await in.call("GET", "/metrics");
  EXPECT_NE(got.text.find("toxiproxy_proxy_sent_bytes_total{direction=\"downstream\",proxy=\"p\""),
            std::string::npos);
  EXPECT_NE(got.text.find("} 5\n"), std::string::npos) << got.text;
  EXPECT_NE(got.text.find("kitfox_proxy_connections{proxy=\"p\"} 1\n"), std::string::npos);
}

TEST(ProxyMistakes, CountersAreLiveOnAnOpenStream) { proxy_bench{}.run(live_counters); }

task<void> edits(proxy_bench& in) {
  co_await in.create("p",
                     R"("toxics": [{"type": "timeout", "name": "t"}, {"type": "latency", "name": "l"}])");
  auto [client, server] = co_await in.connect("p");
  EXPECT_EQ(co_await server->write("lost"), error_code{});
  auto changed = co_await in.call("POST", "/proxies/p/toxics/t", R"({"attributes": {"timeout": 100000}})");
  EXPECT_EQ(changed.status, 200) << changed.text;
  // The other direction is not muted: it shows that the connection is alive at both ends.
  EXPECT_EQ(co_await client->write("still here"), error_code{});
  EXPECT_EQ(co_await read_exactly(*server, 10), "still here");
  changed = co_await in.call("POST", "/proxies/p/toxics/l", R"({"attributes": {"latency": 1}})");
  EXPECT_EQ(changed.status, 200) << changed.text;
  auto listed = co_await in.call("GET", "/proxies/p/toxics");
  EXPECT_EQ(listed.body[0]["name"], "t") << "it keeps its place";
  auto fired = co_await in.call("GET", "/firings");
  const json none = json::array();
  EXPECT_EQ(fired.body["never_fired"]["p"], none) << "a change makes no new fault";
  EXPECT_EQ(fired.body["count"], 2) << "each of them once";
  changed = co_await in.call("POST", "/proxies/p/toxics/t", R"({"attributes": {"timeout": 1}})");
  EXPECT_EQ(co_await end_of(*client), runtime::errc::end_of_stream);
}

TEST(ProxyMistakes, EditingAToxicNeitherHealsItNorCutsAnything) { proxy_bench{}.run(edits); }

task<void> stays_put(proxy_bench& in) {
  co_await in.create("p");
  co_await in.create("q");
  auto [client, server] = co_await in.connect("p");
  const std::string taken = in.table->get("q").body["listen"];
  auto moved = co_await in.call("POST", "/proxies/p", R"({"listen": ")" + taken + "\"}");
  EXPECT_EQ(moved.status, 500) << moved.text;
  auto there = co_await in.call("GET", "/proxies/p");
  EXPECT_EQ(there.status, 200);
  EXPECT_EQ(co_await client->write("hello"), error_code{});
  EXPECT_EQ(co_await read_exactly(*server, 5), "hello");
}

TEST(ProxyMistakes, AMoveToAPortThatIsTakenLeavesTheProxyAsItWas) { proxy_bench{}.run(stays_put); }

task<void> saves_again(proxy_bench& in) {
  co_await in.create("p");
  auto [client, server] = co_await in.connect("p");
  const auto at = proxy_request::parse_address(in.table->get("p").body["listen"].get<std::string>());
  const std::string by_name = R"({"listen": "localhost:)" + std::to_string(at->port) + "\"}";
  auto saved = co_await in.call("POST", "/proxies/p", by_name);
  EXPECT_EQ(saved.status, 200) << saved.text;
  EXPECT_EQ(co_await client->write("hello"), error_code{});
  EXPECT_EQ(co_await read_exactly(*server, 5), "hello") << "the connection is still there";
  auto other = co_await in.call("POST", "/proxies/p", R"({"tls": {"hosts": ["x"]}})");
  EXPECT_EQ(other.status, 400);
}

TEST(ProxyMistakes, TheSameAddressUnderAnotherNameIsNoMove) { proxy_bench{}.run(saves_again); }

task<void> slow_toxic(proxy_bench& in) {
  // A dial that took part in it would never reach the upstream within the script's time.
  co_await in.create("p", R"("toxics": [{"type": "latency", "attributes": {"latency": 100000}}])");
  auto [client, server] = co_await in.connect("p");
  EXPECT_EQ(co_await client->write("hello"), error_code{});
  EXPECT_EQ(co_await read_exactly(*server, 5), "hello");
}

TEST(ProxyMistakes, LatencyOfOneDirectionDelaysNeitherDialsNorTheOther) { proxy_bench{}.run(slow_toxic); }

task<void> finer(proxy_bench& in) {
  co_await in.create("p", R"("toxics": [{"type": "fault/status",
      "attributes": {"code": 503, "path": "/b", "request": 2}}])");
  auto [client, server] = co_await in.connect("p");
  for (const std::string path : {"/b", "/a", "/b"}) {
    EXPECT_EQ(co_await client->write("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"), error_code{});
  }
  const std::string first = "GET /b HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_EQ(co_await read_exactly(*server, first.size()), first);
  const std::string ok = "HTTP/1.1 204 No Content\r\n\r\n";
  EXPECT_EQ(co_await server->write(ok + ok), error_code{});
  const std::string got = co_await read_exactly(*client, 2 * ok.size() + 12);
  EXPECT_EQ(got, ok + ok + "HTTP/1.1 503");
  auto fired = co_await in.call("GET", "/firings");
  const json& one = fired.body["firings"][0];
  EXPECT_EQ(one["event"], "/b");
  EXPECT_EQ(one["offset"], first.size()) << "of the request in its direction";
}

TEST(ProxyMistakes, FaultsMatchFinerThanAProxy) { proxy_bench{}.run(finer); }

}  // namespace
}  // namespace kitfox::fault::test
