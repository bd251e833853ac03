#include <gtest/gtest.h>

#include "fakes/fault/test/path_script.hpp"
#include "fakes/fault/test/proxy_bench.hpp"
#include "runtime/errc.hpp"

namespace kitfox::fault::test {
namespace {

using nlohmann::json;
using runtime::task;

task<void> creates(proxy_bench& in) {
  co_await in.create("redis");
  auto got = co_await in.call("GET", "/proxies/redis");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body["name"], "redis");
  EXPECT_EQ(got.body["enabled"], true);
  EXPECT_EQ(got.body["toxics"], json::array());
  EXPECT_NE(got.body["listen"], "127.0.0.1:0");
  auto all = co_await in.call("GET", "/proxies");
  EXPECT_TRUE(all.body.contains("redis"));
  auto again = co_await in.call("POST", "/proxies", R"({"name": "redis", "upstream": "127.0.0.1:1"})");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.body, (json{{"error", "proxy already exists"}, {"status", 409}}));
  auto gone = co_await in.call("DELETE", "/proxies/redis");
  EXPECT_EQ(gone.status, 204);
  got = co_await in.call("GET", "/proxies/redis");
  EXPECT_EQ(got.body, (json{{"error", "proxy not found"}, {"status", 404}}));
}

TEST(ProxyApi, CreatesListsAndDeletesProxies) { proxy_bench{}.run(creates); }

task<void> carries(proxy_bench& in) {
  co_await in.create("echo");
  auto [client, server] = co_await in.connect("echo");
  EXPECT_EQ(co_await client->write("hello"), error_code{});
  EXPECT_EQ(co_await read_exactly(*server, 5), "hello");
}

TEST(ProxyApi, ProxiesCarryBytes) { proxy_bench{}.run(carries); }

task<void> knows_toxics(proxy_bench& in) {
  co_await in.create("p");
  const std::vector<std::pair<std::string, json>> all{
      {R"({"type": "latency", "attributes": {"latency": 1000}})", {{"latency", 1000}, {"jitter", 0}}},
      {R"({"type": "bandwidth", "attributes": {"rate": 10}})", {{"rate", 10}}},
      {R"({"type": "slow_close", "attributes": {"delay": 5}})", {{"delay", 5}}},
      {R"({"type": "timeout", "attributes": {"timeout": 5000}})", {{"timeout", 5000}}},
      {R"({"type": "reset_peer", "attributes": {"timeout": 5000}})", {{"timeout", 5000}}},
      {R"({"type": "slicer", "attributes": {"average_size": 64}})",
       {{"average_size", 64}, {"size_variation", 0}, {"delay", 0}}},
      {R"({"type": "limit_data", "attributes": {"bytes": 100}})", {{"bytes", 100}}}};
  for (const auto& [body, attributes] : all) {
    auto made = co_await in.call("POST", "/proxies/p/toxics", body);
    EXPECT_EQ(made.status, 200) << body << made.text;
    const std::string type = json::parse(body)["type"];
    EXPECT_EQ(made.body, (json{{"name", type + "_downstream"},
                               {"type", type},
                               {"stream", "downstream"},
                               {"toxicity", 1.0},
                               {"attributes", attributes}}));
  }
  auto listed = co_await in.call("GET", "/proxies/p/toxics");
  EXPECT_EQ(listed.body.size(), all.size());
  auto changed = co_await in.call("POST", "/proxies/p/toxics/latency_downstream",
                                  R"({"toxicity": 0.5, "attributes": {"jitter": 20}})");
  EXPECT_EQ(changed.body["attributes"], (json{{"latency", 1000}, {"jitter", 20}}));
  EXPECT_EQ(changed.body["toxicity"], 0.5);
  auto same = co_await in.call("POST", "/proxies/p/toxics", R"({"type": "latency"})");
  EXPECT_EQ(same.status, 409);
  auto gone = co_await in.call("DELETE", "/proxies/p/toxics/latency_downstream");
  EXPECT_EQ(gone.status, 204);
  auto missing = co_await in.call("GET", "/proxies/p/toxics/latency_downstream");
  EXPECT_EQ(missing.body, (json{{"error", "toxic not found"}, {"status", 404}}));
  auto reset = co_await in.call("POST", "/reset");
  EXPECT_EQ(reset.status, 204);
  listed = co_await in.call("GET", "/proxies/p/toxics");
  EXPECT_EQ(listed.body, json::array());
}

TEST(ProxyApi, KnowsTheSevenToxics) { proxy_bench{}.run(knows_toxics); }

task<void> explains(proxy_bench& in) {
  co_await in.create("p");
  const std::vector<std::tuple<std::string, std::string, int, std::string>> wrong{
      {"/proxies", "{", 400, "bad request body: not JSON"},
      {"/proxies", "[]", 400, "bad request body: expected an object"},
      {"/proxies", R"({"upstream": "a:1"})", 400, "missing required field: name"},
      {"/proxies", R"({"name": "x"})", 400, "missing required field: upstream"},
      {"/proxies", R"({"name": "x", "upstream": "a"})", 400,
       "bad request body: upstream: expected HOST:PORT, got \"a\""},
      {"/populate", R"([{"name": "x", "upstream": "a:1"}, {}])", 400,
       "missing required field: name at proxy 2"},
      {"/proxies/p/toxics", R"({"type": "latencies"})", 400,
       "invalid toxic type \"latencies\"; did you mean \"latency\"?"},
      {"/proxies/p/toxics", R"({"type": "fault/latencies"})", 400,
       "invalid toxic type \"fault/latencies\"; did you mean \"fault/latency\"?"},
      {"/proxies/p/toxics", R"({"type": "statuss"})", 400,
       "invalid toxic type \"statuss\"; did you mean \"fault/status\"?"},
      {"/proxies/p/toxics", R"({"type": "fault/slice", "attributes": {"size": 0}})", 400,
       "bad request body: slice.size: expected a size such as 65536 or 64KiB, at least 1, got 0"},
      {"/proxies/p/toxics", R"({"type": "latency", "stream": "both"})", 400,
       "stream was invalid, can be either upstream or downstream"},
      {"/proxies/p/toxics", R"({"type": "latency", "toxicity": 2})", 400,
       "bad request body: toxicity: expected a number from 0 to 1, got 2"},
      {"/proxies/p/toxics", R"({"type": "latency", "attributes": {"latency": "1s"}})", 400,
       "bad request body: attributes.latency: expected a whole number, got \"1s\""},
      {"/proxies/p/toxics", R"({"type": "latency", "attributes": {"latenci": 1}})", 400,
       "bad request body: latency has no attribute \"latenci\""},
      {"/proxies/p/toxics", R"({"type": "fault/status", "attributes": {"cod": 500}})", 400,
       "bad request body: status has no parameter \"cod\"; did you mean \"code\"?"},
      {"/proxies/none/toxics", R"({"type": "latency"})", 404, "proxy not found"},
      {"/nowhere", "{}", 404, "page not found"}};
  for (const auto& [target, body, status, message] : wrong) {
    auto got = co_await in.call("POST", target, body);
    EXPECT_EQ(got.status, status) << body;
    EXPECT_EQ(got.body.value("error", ""), message) << body;
  }
}

TEST(ProxyApi, ExplainsMistakes) { proxy_bench{}.run(explains); }

task<void> populates(proxy_bench& in) {
  const std::string at = "127.0.0.1:" + std::to_string(in.upstream->local().port);
  const std::string body = R"([{"name": "a", "upstream": ")" + at + R"("}, {"name": "b", "upstream": ")" +
                           at + R"(", "enabled": false}])";
  auto made = co_await in.call("POST", "/populate", body);
  EXPECT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.body["proxies"].size(), 2U);
  auto [client, server] = co_await in.connect("a");
  const auto refused = co_await in.dial("b");
  EXPECT_EQ(refused.error(), runtime::errc::connection_refused);
  // A proxy with the same addresses stays, and so do its connections.
  const json listen = in.table->get("a").body["listen"];
  json same = json::array({{{"name", "a"}, {"listen", listen}, {"upstream", at}}});
  auto again = co_await in.call("POST", "/populate", same.dump());
  EXPECT_EQ(again.body["proxies"][0]["listen"], listen);
  EXPECT_EQ(co_await client->write("hi"), error_code{});
  EXPECT_EQ(co_await read_exactly(*server, 2), "hi");
}

TEST(ProxyApi, PopulateMakesManyAtOnceAndKeepsWhatIsTheSame) { proxy_bench{}.run(populates); }

task<void> disables(proxy_bench& in) {
  co_await in.create("p");
  auto [client, server] = co_await in.connect("p");
  auto off = co_await in.call("POST", "/proxies/p", R"({"enabled": false})");
  EXPECT_EQ(off.body["enabled"], false);
  const error_code end = co_await end_of(*client);
  EXPECT_TRUE(end.failed());
  auto refused = co_await in.dial("p");
  EXPECT_EQ(refused.error(), runtime::errc::connection_refused);
  auto on = co_await in.call("POST", "/reset");
  EXPECT_EQ(on.status, 204);
  // It listens again as soon as its task has run.
  for (refused = co_await in.dial("p"); !refused; refused = co_await in.dial("p")) {
  }
  EXPECT_TRUE(refused.has_value());
}

TEST(ProxyApi, ADisabledProxyRefusesUntilItIsEnabled) { proxy_bench{}.run(disables); }

task<void> moves(proxy_bench& in) {
  co_await in.create("p", R"("toxics": [{"type": "latency", "attributes": {"latency": 1}}])");
  const std::string listen = in.table->get("p").body["listen"];
  auto moved = co_await in.call("POST", "/proxies/p", R"({"upstream": "127.0.0.1:1"})");
  EXPECT_EQ(moved.status, 200) << moved.text;
  EXPECT_EQ(moved.body["upstream"], "127.0.0.1:1");
  EXPECT_EQ(moved.body["listen"], listen);
  EXPECT_EQ(moved.body["toxics"].size(), 1U);
}

TEST(ProxyApi, AProxyMayBePointedElsewhereAndKeepsItsToxics) { proxy_bench{}.run(moves); }

task<void> tells_version(proxy_bench& in) {
  auto got = co_await in.call("GET", "/version");
  EXPECT_TRUE(got.body["version"].is_string());
  auto unknown = co_await in.call("PUT", "/proxies/p");
  EXPECT_EQ(unknown.status, 405);
}

TEST(ProxyApi, TellsItsVersion) { proxy_bench{}.run(tells_version); }

task<void> refuses_browsers(proxy_bench& in) {
  auto got = co_await in.call("GET", "/proxies", {}, "Mozilla/5.0 (X11)");
  EXPECT_EQ(got.status, 403);
  got = co_await in.call("GET", "/proxies", {}, "toxiproxy-cli/2.5");
  EXPECT_EQ(got.status, 200);
}

TEST(ProxyApi, RefusesBrowsersWhichAnyPageCouldSend) { proxy_bench{}.run(refuses_browsers); }

task<void> too_many(proxy_bench& in) {
  co_await in.create("one");
  auto second = co_await in.call("POST", "/proxies", R"({"name": "two", "upstream": "127.0.0.1:1"})");
  EXPECT_EQ(second.status, 429);
  auto toxic = co_await in.call("POST", "/proxies/one/toxics", R"({"type": "latency"})");
  EXPECT_EQ(toxic.status, 200);
  toxic = co_await in.call("POST", "/proxies/one/toxics", R"({"type": "bandwidth"})");
  EXPECT_EQ(toxic.status, 429);
}

TEST(ProxyApi, IsBounded) {
  proxy_limits limits;
  limits.proxies_max = 1;
  limits.toxics_max = 1;
  proxy_bench{1, limits}.run(too_many);
}

task<void> ends_tls(proxy_bench& in) {
  co_await in.create("p", R"("tls": {"hosts": ["127.0.0.1"], "upstream": "plain"})");
  auto ca = co_await in.call("GET", "/ca");
  runtime::tls_client_options options;
  options.authorities_pem = ca.text;
  // owners: this script, its connections
  const std::shared_ptr<runtime::tls_client> trusting = *in.host->network().make_tls_client(options);
  auto client = co_await in.dial("p", trusting);
  EXPECT_TRUE(client.has_value()) << client.error().message();
  auto expired = co_await in.call("POST", "/proxies/p/toxics",
                                  R"({"type": "fault/certificate", "attributes": {"is": "expired"}})");
  EXPECT_EQ(expired.status, 200) << expired.text;
  auto refused = co_await in.dial("p", trusting);
  EXPECT_EQ(refused.error(), runtime::errc::certificate_expired);
}

TEST(ProxyApi, EndsTlsWithItsOwnAuthorityAndPresentsBadCertificates) { proxy_bench{}.run(ends_tls); }

}  // namespace
}  // namespace kitfox::fault::test
