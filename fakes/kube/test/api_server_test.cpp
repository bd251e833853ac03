#include "fakes/kube/api_server.hpp"
#include "fakes/kube/api_schema.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/default_rbac.hpp"
#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using namespace std::chrono_literals;
using test::accept_table;
using test::seen;
using test::server_fixture;

constexpr std::string_view shop = R"(
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: cart-0, namespace: shop, labels: {app: cart}, creationTimestamp: "2026-11-22T09:00:00Z"}
spec: {nodeName: node-1, containers: [{name: app, image: "app:1.0"}]}
status: {phase: Running}
---
apiVersion: v1
kind: Pod
metadata: {name: web-0, namespace: shop, labels: {app: web}}
spec: {containers: [{name: app, image: app}]}
---
apiVersion: v1
kind: Event
metadata: {name: e1, namespace: shop}
involvedObject: {kind: Pod, name: cart-0, namespace: shop}
message: Started
reason: Started
type: Normal
)";

struct shop_fixture : server_fixture {
  explicit shop_fixture(api_server_options options = {}) : server_fixture{std::move(options)} { load(shop); }
  // The agent of the product, with its default rights.
  std::string install_agent(const agent_rbac_options& options = {}) {
    for (json& object : agent_rbac_objects(options))
      EXPECT_TRUE(server.put(std::move(object), now.wall).has_value());
    const auto token = server.issue_token({"incidentfox", "incidentfox-agent"}, now.wall);
    EXPECT_TRUE(token.has_value());
    server.tokens().add_token("unused", {});
    return *token;
  }
  seen as(const std::string& token, const std::string& target) {
    return send("GET", target, "", {}, {{"Authorization", "Bearer " + token}});
  }
};

TEST(ApiServer, FillsInWhatTheRealServerDoes) {
  shop_fixture with;
  const json pod = with.get("/api/v1/namespaces/shop/pods/web-0").value();
  EXPECT_EQ(pod["spec"]["restartPolicy"], "Always");
  EXPECT_EQ(pod["spec"]["containers"][0]["imagePullPolicy"], "Always") << "no tag means the latest";
  EXPECT_EQ(pod["spec"]["tolerations"].size(), 2U);
  EXPECT_EQ(pod["status"], (json{{"phase", "Pending"}, {"qosClass", "BestEffort"}}));
  EXPECT_EQ(pod["metadata"]["creationTimestamp"], "2026-11-22T09:35:00Z");
  EXPECT_EQ(with.get("/api/v1/namespaces/shop").value()["status"]["phase"], "Active");
}

TEST(ApiServer, LoadsNothingOfAFileWithAMistake) {
  server_fixture with;
  diagnostics where;
  where.file = "x.yaml";
  const auto failure = with.server.load_yaml(
      "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n---\n{apiVersion: v1, kind: Frob, metadata: "
      "{name: b}}\n",
      where, with.now.wall);
  EXPECT_EQ(failure, errc::unknown_kind);
  EXPECT_EQ(where.text(), "x.yaml:3: v1 Frob is not served");
  EXPECT_EQ(with.get("/api/v1/namespaces/a").status, 404);
}

TEST(ApiServer, LoadingAgainReplaces) {
  shop_fixture with;
  const std::uint64_t revision = with.server.objects().revision();
  with.load(shop);
  EXPECT_EQ(with.server.objects().revision(), revision) << "the same again is no write";
  with.load("{apiVersion: v1, kind: Pod, metadata: {name: web-0, namespace: shop}, status: {phase: Failed}}");
  EXPECT_EQ(with.get("/api/v1/namespaces/shop/pods/web-0").value()["status"]["phase"], "Failed");
}

TEST(ApiServer, ReportsMistakesOfTheControlApi) {
  server_fixture with;
  EXPECT_EQ(with.server.put(json::object(), with.now.wall).error(), errc::unknown_kind);
  EXPECT_EQ(with.server.put({{"apiVersion", "v1"}, {"kind", "Pod"}}, with.now.wall).error(),
            errc::not_an_object);
  EXPECT_EQ(
      with.server.put({{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", "p"}}}}, with.now.wall)
          .error(),
      errc::wrong_scope);
  EXPECT_EQ(with.server
                .put({{"apiVersion", "batch/v1"},
                      {"kind", "CronJob"},
                      {"metadata", {{"name", "c"}, {"namespace", "n"}}}},
                     with.now.wall)
                .error(),
            errc::unknown_kind)
      << "another version of a kind that is served";
  EXPECT_EQ(with.server.remove("frobs", "", "x"), errc::unknown_kind);
  EXPECT_EQ(with.server.remove("deployments.apps", "n", "x"), errc::not_found);
  EXPECT_EQ(with.server.issue_token({"n", "x"}, with.now.wall).error(), errc::not_found);
}

TEST(ApiServer, ShowsTheAgentWhatItMaySeeAndRefusesTheRest) {
  shop_fixture with;
  const std::string token = with.install_agent();
  EXPECT_EQ(with.as(token, "/api/v1/pods").status, 200);
  EXPECT_EQ(with.as(token, "/api/v1/namespaces/shop/pods/cart-0/log").status, 200);
  const seen refused = with.as(token, "/api/v1/secrets");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.message(),
            "secrets is forbidden: User \"system:serviceaccount:incidentfox:incidentfox-agent\" cannot list "
            "resource "
            "\"secrets\" in API group \"\" at the cluster scope");
}

TEST(ApiServer, FollowsChangesOfRolesAtOnce) {
  shop_fixture with;
  const std::string token = with.install_agent();
  ASSERT_EQ(with.as(token, "/api/v1/pods").status, 200);
  ASSERT_FALSE(with.server.remove("clusterrolebindings.rbac.authorization.k8s.io", "", "incidentfox-agent"));
  EXPECT_EQ(with.as(token, "/api/v1/pods").status, 403);
  with.server.tokens().revoke_account_tokens({"incidentfox", "incidentfox-agent"});
  EXPECT_EQ(with.as(token, "/api/v1/pods").status, 401);
}

TEST(ApiServer, AuthorizesBeforeItLooks) {
  shop_fixture with;
  for (const char* target : {"/api/v1/namespaces/shop/pods/none", "/api/v1/namespaces/shop/widgets",
                             "/apis/nope.example/v1/things", "/api/v1/namespaces/shop/pods/cart-0/nosub"}) {
    EXPECT_EQ(with.get(target, "noperm").status, 403) << target;
    EXPECT_EQ(with.get(target).status, 404) << target;
  }
}

TEST(ApiServer, PagesTablesForKubectl) {
  shop_fixture with;
  const auto page = [&](const std::string& more) {
    return with
        .send("GET", "/api/v1/pods?limit=1" + more, "admin", {}, {{"Accept", std::string{accept_table}}})
        .value();
  };
  const json first = page("");
  EXPECT_EQ(first["kind"], "Table");
  EXPECT_EQ(first["rows"][0]["cells"][0], "cart-0");
  EXPECT_EQ(first["rows"][0]["cells"][2], "Running");
  EXPECT_EQ(first["metadata"]["remainingItemCount"], 1);
  const json second = page("&continue=" + first["metadata"]["continue"].get<std::string>());
  EXPECT_EQ(second["rows"][0]["cells"][0], "web-0");
  EXPECT_FALSE(second["metadata"].contains("continue"));
}

TEST(ApiServer, ShowsEventsInBothShapes) {
  shop_fixture with;
  EXPECT_EQ(with.get("/api/v1/namespaces/shop/events/e1").value()["message"], "Started");
  const json other = with.get("/apis/events.k8s.io/v1/namespaces/shop/events").value();
  EXPECT_EQ(other["apiVersion"], "events.k8s.io/v1");
  EXPECT_EQ(other["items"][0]["note"], "Started");
  EXPECT_EQ(other["items"][0]["regarding"]["name"], "cart-0");
}

TEST(ApiServer, AnswersTheWholeDescriptionOfItself) {
  server_fixture with;
  for (const char* path :
       {"/version", "/version/", "/api", "/apis", "/api/v1", "/apis/apps", "/apis/apps/v1"}) {
    EXPECT_EQ(with.get(path).status, 200) << path;
  }
  std::size_t resources = 0;
  const json groups = with.get("/apis").value();
  for (const auto& group : groups["groups"]) {
    for (const auto& version : group["versions"]) {
      const json list = with.get("/apis/" + version["groupVersion"].get<std::string>()).value();
      EXPECT_EQ(list["groupVersion"], version["groupVersion"]);
      resources += list["resources"].size();
    }
  }
  EXPECT_GT(resources, 30U);
  EXPECT_EQ(with.get("/apis/nope").status, 404);
}

TEST(ApiServer, TakesReviewsInProtobuf) {
  shop_fixture with;
  const std::string body{
      "k8s\0\x0a\x32\x0a\x17"
      "authorization.k8s.io/v1\x12\x17SelfSubjectAccessReview\x12\x15\x12\x13\x0a\x11\x0a\x04shop\x12\x03"
      "get\x2a\x04pods",
      79};
  const seen answer = with.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "alice",
                                body, {{"Content-Type", "application/vnd.kubernetes.protobuf"}});
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.value()["status"], (json{{"allowed", false}}));
  EXPECT_EQ(answer.value()["spec"]["resourceAttributes"],
            (json{{"namespace", "shop"}, {"verb", "get"}, {"resource", "pods"}}));
}

/// Messages within `of`, one in the other, at most; `around` are those that it is in.
std::size_t depth_of(const schema_message& of, std::vector<const schema_message*> around) {
  EXPECT_EQ(std::find(around.begin(), around.end(), &of), around.end()) << of.name << " is within itself";
  if (testing::Test::HasFailure()) return 0;
  around.push_back(&of);
  std::size_t deepest = 0;
  for (const schema_field& field : of.fields)
    if (field.message != nullptr) deepest = std::max(deepest, depth_of(*field.message, around));
  return deepest + 1;
}

TEST(ApiSchema, BoundsHowDeepABodyInProtobufIsRead) {
  std::size_t deepest = 0;
  for (const schema_message* one : all_messages()) deepest = std::max(deepest, depth_of(*one, {}));
  EXPECT_GT(deepest, 8u);
  EXPECT_LT(deepest, 32u);
}

TEST(ApiServer, LimitsRequestsInFlightButNotItsAdministrators) {
  api_server_options options;
  options.limits.in_flight_max = 2;
  shop_fixture with{std::move(options)};
  const auto request = with.request("/api/v1/namespaces/shop/pods", "noperm");
  std::vector<api_answer> held;
  held.push_back(with.start(request));
  held.push_back(with.start(request));
  const seen refused = with.send(request);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.body, "Too many requests, please try again later.\n");
  EXPECT_EQ(with.get("/api/v1/pods").status, 200) << "system:masters is exempt";
  held.pop_back();
  EXPECT_EQ(with.send(request).status, 403);
}

TEST(ApiServer, LimitsStreams) {
  api_server_options options;
  options.limits.streams_max = 1;
  shop_fixture with{std::move(options)};
  api_answer first = with.start(with.request("/api/v1/pods?watch=1"));
  EXPECT_EQ(first.head.status, 200);
  EXPECT_EQ(with.server.streams(), 1U);
  EXPECT_EQ(with.get("/api/v1/pods?watch=1").status, 429);
  first.stream.reset();
  EXPECT_EQ(with.get("/api/v1/pods?watch=1").status, 200);
}

TEST(ApiServer, LimitsBodies) {
  api_server_options options;
  options.limits.body_bytes_max = 100;
  shop_fixture with{std::move(options)};
  EXPECT_EQ(with.send("POST", "/api/v1/namespaces", "admin", std::string(101, ' ')).status, 413);
  EXPECT_EQ(with.send("POST", "/api/v1/namespaces", "admin", R"({"metadata":{"name":"x"}})").status, 201);
  EXPECT_EQ(with.send("POST", "/api/v1/namespaces", "admin", std::string(60, '[')).status, 400);
}

TEST(ApiServer, CutsStreamsWhenItRestartsAndKeepsItsState) {
  shop_fixture with;
  api_answer watch = with.start(with.request("/api/v1/pods?watch=1&resourceVersion=" +
                                             std::to_string(with.server.objects().revision())));
  EXPECT_EQ(with.read(watch).ending, seen::endings::open);
  with.server.restart();
  EXPECT_EQ(with.read(watch).ending, seen::endings::cut);
  EXPECT_EQ(with.get("/api/v1/namespaces/shop/pods/cart-0").status, 200);
}

TEST(ApiServer, CountsRequestsByWhatTheyAsked) {
  shop_fixture with;
  for (int i = 0; i < 3; ++i) static_cast<void>(with.get("/api/v1/namespaces/shop/pods", "noperm"));
  static_cast<void>(with.get("/api/v1/pods"));
  static_cast<void>(with.get("/api/v1/namespaces/shop/pods/cart-0/log"));
  static_cast<void>(with.get("/metrics", "noperm"));
  static_cast<void>(with.get("/api/v1/pods", "nobody-knows"));
  request_journal& journal = with.server.requests();
  request_match match;
  match.resource = "pods";
  EXPECT_EQ(journal.count(match), 5U);
  EXPECT_EQ(journal.count(match, 403), 3U);
  EXPECT_EQ(journal.count(match, 401), 1U);
  match.user = "noperm";
  match.verb = "list";
  match.ns = "shop";
  EXPECT_EQ(journal.count(match), 3U);
  request_match logs;
  logs.resource = "pods/log";
  EXPECT_EQ(journal.count(logs), 1U);
  request_match path;
  path.path_prefix = "/metrics";
  EXPECT_EQ(journal.count(path), 1U);
  EXPECT_EQ(journal.total(), 7U);
  EXPECT_EQ(journal.latest().back().status, 401);
}

TEST(ApiServer, KeepsABoundedJournal) {
  api_server_options options;
  options.limits.journal = {.records_max = 2, .counters_max = 1};
  shop_fixture with{std::move(options)};
  for (const char* target : {"/api/v1/pods", "/api/v1/pods", "/api/v1/nodes", "/api/v1/events"}) {
    static_cast<void>(with.get(target));
  }
  EXPECT_EQ(with.server.requests().latest().size(), 2U);
  EXPECT_EQ(with.server.requests().total(), 4U);
  request_match pods;
  pods.resource = "pods";
  EXPECT_EQ(with.server.requests().count(pods), 2U);
  request_match nodes;
  nodes.resource = "nodes";
  EXPECT_EQ(with.server.requests().count(nodes), 0U) << "over the limit nothing new is counted apart";
}

TEST(ApiServer, WritesObjectsInTheSimpleWays) {
  shop_fixture with;
  const std::string all = "/api/v1/namespaces/shop/configmaps";
  const auto send = [&](const char* method, const std::string& target, const json& body, const char* type) {
    return with.send(method, target, "admin", print_json(body), {{"Content-Type", type}});
  };
  const char* const as_json = "application/json";
  EXPECT_EQ(send("POST", all, {{"metadata", {{"name", "m"}}}, {"data", {{"a", "1"}}}}, as_json).status, 201);
  EXPECT_EQ(send("POST", all, {{"metadata", {{"name", "m"}}}}, as_json).status, 409);
  EXPECT_EQ(send("POST", all, {{"apiVersion", "v2"}, {"metadata", {{"name", "o"}}}}, as_json).message(),
            "the API version in the data (v2) does not match the expected API version (v1)");
  EXPECT_EQ(
      send("POST", "/api/v1/namespaces/none/configmaps", {{"metadata", {{"name", "m"}}}}, as_json).status,
      404);
  EXPECT_EQ(send("POST", all, {{"metadata", {{"generateName", "g-"}}}}, as_json)
                .value()["metadata"]["name"]
                .get<std::string>()
                .size(),
            7U);
  const seen patched =
      send("PATCH", all + "/m", {{"data", {{"a", nullptr}, {"b", "2"}}}}, "application/merge-patch+json");
  EXPECT_EQ(patched.value()["data"], (json{{"b", "2"}}));
  EXPECT_EQ(send("PATCH", all + "/m", {{"data", {}}}, "application/xml-patch+xml").status, 415);
  const json stale{{"metadata", {{"name", "m"}, {"resourceVersion", "1"}}}};
  EXPECT_EQ(send("PUT", all + "/m", stale, as_json).status, 409);
  EXPECT_EQ(send("PUT", all + "/m", {{"metadata", {{"name", "m"}}}}, as_json).status, 200);
  EXPECT_EQ(send("PUT", all + "/other", {{"metadata", {{"name", "m"}}}}, as_json).status, 400);
  EXPECT_EQ(send("DELETE", all + "/m", json::object(), as_json).value()["status"], "Success");
  EXPECT_EQ(with.get(all + "/m").status, 404);
  EXPECT_EQ(send("DELETE", "/api/v1/namespaces/shop/pods?labelSelector=app%3Dcart", json::object(), as_json)
                .value()["items"]
                .size(),
            1U);
  EXPECT_EQ(with.get("/api/v1/namespaces/shop/pods").value()["items"].size(), 1U);
}

TEST(ApiServer, AnswersEveryMethodOnEveryPathWithoutFailing) {
  shop_fixture with;
  std::size_t answers = 0;
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FROB"}) {
    for (const resource_type& type : all_resources()) {
      const std::string root = (type.group.empty() ? "/api/" : "/apis/") + type.api_version();
      for (const std::string& path : {root, root + "/" + std::string{type.plural},
                                      root + "/namespaces/shop/" + std::string{type.plural},
                                      root + "/namespaces/shop/" + std::string{type.plural} + "/x",
                                      root + "/namespaces/shop/" + std::string{type.plural} + "/x/status",
                                      root + "/watch/" + std::string{type.plural},
                                      root + "/" + std::string{type.plural} + "/x/log/y/z"}) {
        for (const char* body : {"", "{}", "[]", "null", "{\"metadata\":3}", "x"}) {
          const seen answer = with.send(method, path, "admin", body, {{"Content-Type", "application/json"}});
          EXPECT_GE(answer.status, 200) << method << " " << path;
          EXPECT_LE(answer.status, 599) << method << " " << path;
          EXPECT_NE(answer.status, 500) << method << " " << path << " " << body << ": " << answer.body;
          ++answers;
        }
      }
    }
  }
  EXPECT_GT(answers, 10'000U);
}

}  // namespace
}  // namespace kitfox::kube
