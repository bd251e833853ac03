#include "fakes/kube/test/golden_replay.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/list_pages.hpp"

namespace kitfox::kube::golden {

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

const std::string gold_deployment = "/apis/apps/v1/namespaces/gold/deployments/d";

json metadata(const std::string& name) { return {{"metadata", {{"name", name}}}}; }

}  // namespace

replay::replay(const std::filesystem::path& fixture_file) {
  api_server_options bare;  // the recording has neither controllers nor kubelets
  bare.controllers = cluster_controllers::none;
  fixture_.emplace(std::move(bare));
  load_fixture(fixture_file);
}

void replay::load_fixture(const std::filesystem::path& file) {
  fixture_->now.wall = *parse_time("2026-11-22T09:28:26Z");
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    const auto entry = parse_json(line);
    ASSERT_TRUE(entry.has_value()) << line;
    const std::string path{text_at(*entry, {"path"})};
    if (path.ends_with("/token")) continue;
    static const std::regex uid{"<uid of ([^>]+)>"};
    json body = value_at(*entry, {"body"});
    if (text_at(body, {"involvedObject", "uid"}).starts_with("<uid")) body["involvedObject"]["uid"] = "any";
    const auto answer =
        fixture_->send(std::string{text_at(*entry, {"method"})}, path, "admin", print_json(body),
                       {{"Content-Type", std::string{text_at(*entry, {"content_type"})}}});
    EXPECT_LT(answer.status, 300) << path << ": " << answer.body;
  }
  // What the real server makes by itself, and one write between the fixture and the recording.
  fixture_->load(R"(
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: default, labels: {component: apiserver, provider: kubernetes}}
spec: {clusterIP: 10.0.0.1, ports: [{name: https, port: 443, targetPort: 6443}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: extension-apiserver-authentication, namespace: kube-system}
data: {client-ca-file: ""}
)");
  write("PATCH", "/api/v1/namespaces/shop/pods/cart-0",
        {{"metadata", {{"annotations", {{"t", "1795339892.5075016"}}}}}});
  const auto token = fixture_->server.issue_token({"incidentfox", "incidentfox-agent"}, fixture_->now.wall);
  ASSERT_TRUE(token.has_value());
  agent_token_ = *token;
  fixture_->now.wall = *parse_time("2026-11-22T09:34:54Z");
}

void replay::write(const std::string& method, const std::string& path, const json& body) {
  const char* type = method == "PATCH" ? "application/merge-patch+json" : "application/json";
  const auto answer = fixture_->send(method, path, "admin", print_json(body), {{"Content-Type", type}});
  EXPECT_LT(answer.status, 300) << method << " " << path << ": " << answer.body;
}

std::string replay::token_of(const std::string& user) {
  if (user == "agent") return agent_token_;
  if (user == "deleted-sa") return deleted_token_;
  if (user == "agent-tampered") return agent_token_.substr(0, agent_token_.size() - 2) + "AA";
  return "token-" + user;
}

// Revisions of the recording mean nothing here: those that were current then become the current one.
std::string replay::adapted_target(const std::string& target) {
  const std::uint64_t revision = pinned_revision_.value_or(fixture_->server.objects().revision());
  static const std::regex version{"resourceVersion=([0-9]{2,7})(?=&|$)"};
  std::string out = std::regex_replace(target, version, "resourceVersion=" + std::to_string(revision));
  std::smatch found;
  static const std::regex token{"continue=([A-Za-z0-9_-]+)"};
  if (std::regex_search(out, found, token)) {
    auto position = parse_continue(found[1].str());
    if (position && position->revision > 0) {
      position->revision = static_cast<std::int64_t>(revision);
      out = replaced(out, found[1].str(), print_continue(*position));
    }
  }
  return out;
}

runtime::http::request replay::adapted(const exchange& recorded) {
  runtime::http::request request = recorded.request;
  request.target = adapted_target(request.target);
  request.body = replaced(request.body, "<token>", agent_token_);
  if (recorded.number == "203") {
    const object_ptr map =
        fixture_->server.objects().find(*find_resource("", "v1", "configmaps"), "gold", "a");
    if (map) request.body = replaced(request.body, "359", std::to_string(map->revision));
  }
  static const std::regex user{"Bearer <token of ([^>]+)>"};
  std::smatch found;
  const std::string authorization{request.headers.get("Authorization").value_or("")};
  if (std::regex_match(authorization, found, user)) {
    request.headers.set("Authorization", "Bearer " + token_of(found[1].str()));
    // The recorder wrote this for a scheme that the server does not know.
    if (found[1] == "None") request.headers.set("Authorization", "Basic dTpw");
  }
  return request;
}

test::seen replay::answer_to(const exchange& recorded) {
  const auto prepare = preparations().find(recorded.number);
  pinned_revision_.reset();
  if (prepare != preparations().end()) prepare->second(*this);
  write_unrecorded(recorded.number);
  if (recorded.number == "362") {
    api_server_options strict;
    strict.anonymous = anonymous_requests::refused;
    return test::server_fixture{std::move(strict)}.send(recorded.request);
  }
  api_answer answer = fixture_->start(adapted(recorded));
  test::seen seen = fixture_->read(answer);
  if (const auto events = events_meanwhile().find(recorded.number); events != events_meanwhile().end()) {
    events->second(*this);
    seen.body += fixture_->read(answer).body;
  }
  seen.body = replaced(seen.body + read_to_end(answer), agent_token_, "<token>");
  return seen;
}

// A stream ends when its time is over.
std::string replay::read_to_end(api_answer& answer) {
  std::string body;
  for (int i = 0; answer.stream && i < 200; ++i) {
    const stream_step next = answer.stream->next(fixture_->now);
    if (next.kind == stream_step::kinds::send) body += next.bytes;
    if (next.kind == stream_step::kinds::end || next.kind == stream_step::kinds::cut) break;
    if (next.kind == stream_step::kinds::wait) fixture_->sleep(next.until - fixture_->now.mono);
  }
  return body;
}

void replay::write_log(const log_name& name, const std::string& text) {
  fixture_->server.logs().append(name, {fixture_->now.wall, text});
  fixture_->server.logs().close(name);
}

test::seen replay::send(const exchange& asked) {
  api_answer answer = fixture_->start(adapted(asked));
  return fixture_->read(answer);
}

// What the recorder did to one config map while it watched.
void replay::change_config_map() {
  const std::string all = "/api/v1/namespaces/shop/configmaps";
  json map = metadata("w1");
  map["metadata"]["labels"] = {{"sel", "yes"}};
  map["data"] = {{"k", "1"}};
  write("POST", all, map);
  write("PATCH", all + "/w1", {{"data", {{"k", "2"}}}});
  write("PATCH", all + "/w1", {{"metadata", {{"labels", {{"sel", "no"}}}}}});
  write("PATCH", all + "/w1", {{"metadata", {{"labels", {{"sel", "yes"}}}}}});
  write("DELETE", all + "/w1", json::object());
}

void replay::delete_account_that_was_used() {
  fixture_->load("{apiVersion: v1, kind: ServiceAccount, metadata: {name: gone, namespace: shop}}");
  deleted_token_ = fixture_->server.issue_token({"shop", "gone"}, fixture_->now.wall).value();
  runtime::http::request used = fixture_->request("/api/v1/pods");
  used.headers.set("Authorization", "Bearer " + deleted_token_);
  EXPECT_EQ(fixture_->start(used).head.status, 403);
  write("DELETE", "/api/v1/namespaces/shop/serviceaccounts/gone", json::object());
  fixture_->sleep(std::chrono::seconds{1});
}

// Writes that are missing among the recorded ones, but that those after them build upon.
void replay::write_unrecorded(const std::string& number) {
  if (number == "230") write("PATCH", gold_deployment + "/scale", {{"spec", {{"replicas", 3}}}});
  if (number == "236") {
    json map = metadata("fin");
    map["metadata"]["finalizers"] = {"example.test/hold"};
    write("POST", "/api/v1/namespaces/gold/configmaps", map);
  }
  if (number == "243") {
    json pod = metadata("p");
    pod["spec"]["containers"] = json::array({{{"name", "c"}, {"image", "img:1"}}});
    write("POST", "/api/v1/namespaces/gold/pods", pod);
  }
}

const std::map<std::string, replay::step>& replay::events_meanwhile() {
  static const std::map<std::string, step> all{
      {"301", [](replay& r) { r.change_config_map(); }},
      {"302", [](replay& r) { r.change_config_map(); }},
      {"304", [](replay& r) { r.change_config_map(); }},
      {"333",
       [](replay& r) {
         const log_name name{"shop", "cart-0", "", log_instance::current};
         for (int i = 0; i < 3; ++i) {
           r.fixture_->server.logs().append(name, {r.fixture_->now.wall, "followed " + std::to_string(i)});
         }
         r.fixture_->server.logs().close(name);
       }},
      {"353",
       [](replay& r) {
         for (const char* value : {"1", "2"}) {
           r.write("PATCH", "/api/v1/namespaces/shop/pods/web-0",
                   {{"metadata", {{"annotations", {{"x", value}}}}}});
         }
       }},
      {"386",
       [](replay& r) {
         for (const char* value : {"1", "1", "1", "2"}) {
           json map = metadata("n");
           map["data"] = {{"k", value}};
           r.write("PUT", "/api/v1/namespaces/default/configmaps/n", map);
         }
       }},
  };
  return all;
}

const std::map<std::string, replay::step>& replay::preparations() {
  // A write, so that the revision before it is older than what compaction leaves.
  const auto compact = [](replay& r) {
    r.pinned_revision_ = r.fixture_->server.objects().revision();
    r.write("PATCH", "/api/v1/namespaces/shop/pods/cart-0",
            {{"metadata", {{"annotations", {{"y", std::to_string(*r.pinned_revision_)}}}}}});
    r.write("PATCH", "/api/v1/namespaces/shop/pods/cart-0",
            {{"metadata", {{"annotations", {{"y", nullptr}}}}}});
    r.fixture_->server.compact();
  };
  const auto write_logs = [](replay& r) {
    const auto start = *parse_time("2026-11-22T09:00:00Z");
    for (const char* pod : {"cart-0", "cart-1"}) {
      r.fixture_->server.logs().erase_pod("shop", pod);
      for (int i = 0; i < 20; ++i) {
        const auto time = start + std::chrono::seconds{i} + std::chrono::microseconds{i};
        r.fixture_->server.logs().append({"shop", pod, "", log_instance::current},
                                         {time, "line " + std::to_string(i)});
      }
    }
  };
  static const std::map<std::string, step> all{
      {"309", [](replay& r) { r.fixture_->server.compact(); }},
      {"347",
       [](replay& r) {
         r.fixture_->load(R"(
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: pdb, namespace: shop}
spec: {minAvailable: 5, selector: {matchLabels: {app: cart}}}
status: {observedGeneration: 1, expectedPods: 1, currentHealthy: 1, desiredHealthy: 5, disruptionsAllowed: 0}
)");
       }},
      {"323",
       [compact](replay& r) {
         r.write("PATCH", "/api/v1/namespaces/shop/pods/cart-0",
                 {{"metadata", {{"annotations", {{"x", "2"}}}}}});
         compact(r);
       }},
      {"325", compact},
      {"326",
       [write_logs](replay& r) {
         write_logs(r);
         r.fixture_->load(
             "{apiVersion: v1, kind: Pod, metadata: {name: unsched, namespace: shop},"
             " spec: {containers: [{name: a, image: i}]}}");
       }},
      {"334", write_logs},  // what was followed is not kept
      {"360",
       [](replay& r) {
         runtime::http::request request = r.fixture_->request("/api/v1/namespaces/shop/pods?limit=1");
         request.headers.set("Authorization", "Bearer " + r.agent_token_);
         while (r.held_.size() < r.fixture_->server.limits().in_flight_max) {
           r.held_.push_back(r.fixture_->start(request));
         }
       }},
      {"362", [](replay& r) { r.held_.clear(); }},
      {"372", [](replay& r) { r.delete_account_that_was_used(); }},
      {"374",
       [](replay& r) {
         r.fixture_->load(R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: named, namespace: shop}
rules:
  - {apiGroups: [""], resources: [pods], resourceNames: [cart-0], verbs: [get, list, watch]}
  - {apiGroups: [""], resources: [pods/log], verbs: [get]}
  - {apiGroups: ["*"], resources: ["*/scale"], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: named, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: named}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: noperm}]
)");
       }},
      {"386",
       [](replay& r) {
         json map = metadata("n");
         map["data"] = {{"k", "1"}};
         r.write("POST", "/api/v1/namespaces/default/configmaps", map);
       }},
  };
  return all;
}

}  // namespace kitfox::kube::golden
