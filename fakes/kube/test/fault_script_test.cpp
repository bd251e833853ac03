#include "fakes/kube/fault_script.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using namespace std::chrono_literals;
using test::seen;
using test::server_fixture;

struct fault_bench : server_fixture {
  fault_bench() {
    load(
        "{apiVersion: v1, kind: Namespace, metadata: {name: 'n'}}\n---\n"
        "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: 'n'}, spec: {nodeName: x, containers: "
        "[{name: c}]}}\n"
        "---\n{apiVersion: kitfox.dev/v1, kind: PodLog, metadata: {name: p, namespace: 'n'}, log: hello}\n");
  }
  void script(fault_action action, request_match match = {}, std::uint64_t skip = 0, std::uint64_t fire = 0) {
    ASSERT_TRUE(server.faults().add({"f", std::move(match), skip, fire, std::move(action)}));
  }
  seen list() { return get("/api/v1/namespaces/n/pods"); }
};

request_match match(const char* verb, const char* resource) {
  request_match out;
  out.verb = verb;
  out.resource = resource;
  return out;
}

TEST(FaultScript, AnswersWithAStatus) {
  fault_bench with;
  with.script(fault_status{503, {}, {}, 7s, fault_status::forms::status});
  const auto request = with.request("/api/v1/pods");
  const api_answer answer = with.start(request);
  EXPECT_EQ(answer.head.status, 503);
  EXPECT_EQ(answer.head.headers.get("Retry-After"), "7");
  const json body = *parse_json(answer.head.body);
  EXPECT_EQ(body["kind"], "Status");
  EXPECT_EQ(body["reason"], "ServiceUnavailable");
  EXPECT_EQ(with.server.requests().latest().back().fault_id, "f");
  with.script(fault_status{429, {}, {}, {}, fault_status::forms::text});
  EXPECT_EQ(with.list().body, "Too many requests, please try again later.\n");
  with.script(fault_status{500, "Odd", "said so", {}, fault_status::forms::status});
  EXPECT_EQ(with.list().message(), "said so");
}

TEST(FaultScript, MatchesWhatTheRuleNames) {
  fault_bench with;
  const auto status_of = [&](const char* target, const char* user = "admin") {
    return with.get(target, user).status;
  };
  with.script(fault_status{500, {}, {}, {}, {}}, match("list", "pods"));
  EXPECT_EQ(status_of("/api/v1/pods"), 500);
  EXPECT_EQ(status_of("/api/v1/namespaces/n/pods/p"), 200);
  EXPECT_EQ(status_of("/api/v1/nodes"), 200);
  with.script(fault_status{500, {}, {}, {}, {}}, match("", "pods/log"));
  EXPECT_EQ(status_of("/api/v1/namespaces/n/pods/p/log"), 500);
  EXPECT_EQ(status_of("/api/v1/namespaces/n/pods/p"), 200);
  request_match user;
  user.user = "alice";
  with.script(fault_status{500, {}, {}, {}, {}}, user);
  EXPECT_EQ(status_of("/api/v1/pods"), 200);
  EXPECT_EQ(status_of("/api/v1/pods", "alice"), 500);
  request_match ns;
  ns.ns = "n";
  with.script(fault_status{500, {}, {}, {}, {}}, ns);
  EXPECT_EQ(status_of("/api/v1/pods"), 200);
  EXPECT_EQ(status_of("/api/v1/namespaces/n/pods"), 500);
  request_match group;
  group.group = "apps";
  with.script(fault_status{503, {}, {}, {}, {}}, group);
  EXPECT_EQ(status_of("/apis/apps/v1/deployments"), 503);
  EXPECT_EQ(status_of("/api/v1/pods"), 200);
  group.group = "core";
  with.script(fault_status{503, {}, {}, {}, {}}, group);
  EXPECT_EQ(status_of("/api/v1/pods"), 503);
  request_match path;
  path.path_prefix = "/version";
  with.script(fault_status{500, {}, {}, {}, {}}, path);
  EXPECT_EQ(status_of("/version"), 500);
  EXPECT_EQ(status_of("/api"), 200);
}

TEST(FaultScript, FiresOnTheNthRequestExactly) {
  fault_bench with;
  with.script(fault_status{500, {}, {}, {}, {}}, match("list", "pods"), 2, 2);
  std::string seen_codes;
  for (int i = 0; i < 6; ++i) {
    static_cast<void>(with.get("/api/v1/nodes"));  // does not count
    seen_codes += std::to_string(with.list().status) + " ";
  }
  EXPECT_EQ(seen_codes, "200 200 500 500 200 200 ");
  EXPECT_EQ(with.server.faults().fired("f"), 2U);
  with.server.faults().remove("f");
  EXPECT_EQ(with.server.faults().fired("f"), 0U);
}

TEST(FaultScript, TakesTheFirstRuleThatFires) {
  fault_bench with;
  ASSERT_TRUE(with.server.faults().add({"a", {}, 0, 1, fault_status{500, {}, {}, {}, {}}}));
  ASSERT_TRUE(with.server.faults().add({"b", {}, 0, 1, fault_status{503, {}, {}, {}, {}}}));
  EXPECT_EQ(with.list().status, 500);
  EXPECT_EQ(with.list().status, 503);
  EXPECT_EQ(with.list().status, 200);
}

TEST(FaultScript, TakesALaterRuleFirstWhereAsked) {
  fault_bench with;
  fault_script& script = with.server.faults();
  ASSERT_TRUE(script.add_first({"older", match("list", "pods"), 0, 0, fault_status{500, {}, {}, {}, {}}}));
  ASSERT_TRUE(script.add_first({"newer", match("list", "pods"), 1, 1, fault_status{503, {}, {}, {}, {}}}));
  EXPECT_EQ(with.list().status, 500) << "two rules for the same requests stand side by side";
  EXPECT_EQ(with.list().status, 503);
  EXPECT_EQ(with.list().status, 500);
  script.remove("newer");
  EXPECT_EQ(script.fired("older"), 2U);
  script.remove_for(match("list", "nodes"));
  EXPECT_EQ(with.list().status, 500);
  script.remove_for(match("list", "pods"));
  EXPECT_EQ(with.list().status, 200);
}

TEST(FaultScript, DeniesInTheWordsOfRbac) {
  fault_bench with;
  with.script(fault_status{403, {}, {}, {}, {}}, match("", "pods"));
  const seen refused = with.list();
  EXPECT_EQ(refused.status, 403);
  const json expected = *parse_json(R"({"kind": "Status", "apiVersion": "v1", "metadata": {},
      "status": "Failure", "reason": "Forbidden", "details": {"kind": "pods"}, "code": 403,
      "message": "pods is forbidden: User \"admin\" cannot list resource \"pods\" in API group \"\" in the namespace \"n\""})");
  EXPECT_EQ(refused.value(), expected);
  EXPECT_EQ(with.get("/api/v1/namespaces/n/pods/p").message(),
            "pods \"p\" is forbidden: User \"admin\" cannot get resource \"pods\" in API group \"\" in the "
            "namespace \"n\"");
  with.script(fault_status{403, {}, "not today", {}, {}});
  EXPECT_EQ(with.list().message(), "not today");
}

TEST(FaultScript, IsBounded) {
  fault_script script;
  for (std::size_t i = 0; i < fault_script::rules_max; ++i) {
    EXPECT_TRUE(script.add({std::to_string(i), {}, 0, 0, fault_gone{}}));
  }
  EXPECT_FALSE(script.add({"one more", {}, 0, 0, fault_gone{}}));
  EXPECT_TRUE(script.add({"7", {}, 0, 0, fault_gone{}})) << "a rule of the same id is replaced";
}

TEST(FaultScript, PlansTheTransfer) {
  fault_bench with;
  with.script(fault_delay{3s});
  EXPECT_EQ(with.start(with.request("/api/v1/pods")).transfer.delay, 3s);
  with.script(fault_break{transfer_plan::endings::reset, {}});
  api_answer answer = with.start(with.request("/api/v1/pods"));
  EXPECT_EQ(answer.transfer.ending, transfer_plan::endings::reset);
  EXPECT_FALSE(answer.transfer.body_bytes.has_value());
  EXPECT_EQ(with.server.requests().latest().back().status, 0) << "no head was sent";
  with.script(fault_break{transfer_plan::endings::stall, 10});
  EXPECT_EQ(with.start(with.request("/api/v1/pods")).transfer.body_bytes, 10U);
  EXPECT_EQ(with.server.requests().latest().back().status, 200);
}

TEST(FaultScript, MakesHugeAnswersThatStillParse) {
  fault_bench with;
  with.script(fault_huge{1'000'000});
  const seen list = with.list();
  EXPECT_GE(list.body.size(), 1'000'000U);
  EXPECT_EQ(list.value()["kind"], "PodList");
  const seen log = with.get("/api/v1/namespaces/n/pods/p/log");
  EXPECT_GE(log.body.size(), 1'000'000U);
  EXPECT_TRUE(log.body.ends_with("hello\n"));
}

TEST(FaultScript, SaysGoneInTheThreeWays) {
  fault_bench with;
  with.script(fault_gone{});
  EXPECT_EQ(with.list().status, 410);
  EXPECT_EQ(with.list().value()["reason"], "Expired");
  const seen watch = with.get("/api/v1/pods?watch=1");
  EXPECT_EQ(watch.status, 200);
  ASSERT_EQ(watch.events().size(), 1U);
  EXPECT_EQ(watch.events()[0]["object"]["code"], 410);
  EXPECT_EQ(watch.ending, seen::endings::whole);
}

TEST(FaultScript, CanAnswerWithoutContent) {
  fault_bench with;
  with.script(fault_no_content{}, match("get", "pods/log"));
  EXPECT_EQ(with.get("/api/v1/namespaces/n/pods/p/log").status, 204);
}

TEST(FaultScript, ComesBeforeAuthorizationButAfterAuthentication) {
  fault_bench with;
  with.script(fault_status{503, {}, {}, {}, {}});
  EXPECT_EQ(with.get("/api/v1/pods", "noperm").status, 503);
  EXPECT_EQ(with.get("/api/v1/pods", "unknown").status, 401);
}

}  // namespace
}  // namespace kitfox::kube
