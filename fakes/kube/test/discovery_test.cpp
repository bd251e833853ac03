#include "fakes/kube/aggregated_discovery.hpp"

#include <gtest/gtest.h>

#include <set>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube {
namespace {

using test::seen;
using test::server_fixture;

// What kubectl asks for since 1.30.
constexpr const char* accept_newest =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/"
    "json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
constexpr const char* accept_beta =
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

api_server_options aggregating() {
  api_server_options options;
  options.identity.discovery = server_identity::discovery_forms::aggregated_too;
  options.controllers = cluster_controllers::workloads;  // with metrics.k8s.io
  return options;
}

seen discover(server_fixture& with, const char* path, const char* accept) {
  return with.send("GET", path, "admin", {}, {{"Accept", accept}});
}

std::string described(const json& verbs, const json& short_names, const json& categories,
                      std::string_view kind) {
  return std::string{kind} + " " + verbs.dump() + " " + short_names.dump() + " " + categories.dump();
}

// "GROUP/VERSION/RESOURCE[/SUBRESOURCE] SCOPE KIND VERBS ..." of everything in an APIGroupDiscoveryList.
std::set<std::string> all_of(const json& document) {
  std::set<std::string> out;
  for (const json& group : document["items"]) {
    for (const json& version : group["versions"]) {
      EXPECT_EQ(version["freshness"], "Current");
      const std::string prefix = std::string{text_at(group, {"metadata", "name"})} + "/" +
                                 std::string{text_at(version, {"version"})} + "/";
      for (const json& one : version["resources"]) {
        const std::string scope = one["scope"] == "Namespaced" ? " true " : " false ";
        const std::string name = prefix + one["resource"].get<std::string>();
        out.insert(name + scope +
                   described(one["verbs"], value_at(one, {"shortNames"}), value_at(one, {"categories"}),
                             text_at(one, {"responseKind", "kind"})));
        for (const json& sub : value_at(one, {"subresources"})) {
          out.insert(name + "/" + sub["subresource"].get<std::string>() + scope +
                     described(sub["verbs"], {}, {}, text_at(sub, {"responseKind", "kind"})));
        }
      }
    }
  }
  return out;
}

// The same of the documents by group.
std::set<std::string> all_by_group(server_fixture& with, const std::string& path, const std::string& prefix) {
  std::set<std::string> out;
  const json document = with.get(path).value();
  for (const json& one : document["resources"]) {
    out.insert(prefix + one["name"].get<std::string>() + (one["namespaced"] == true ? " true " : " false ") +
               described(one["verbs"], value_at(one, {"shortNames"}), value_at(one, {"categories"}),
                         text_at(one, {"kind"})));
  }
  return out;
}

TEST(AggregatedDiscovery, SaysTheSameAsTheDocumentsByGroup) {
  server_fixture with{aggregating()};
  EXPECT_EQ(all_of(discover(with, "/api", accept_newest).value()), all_by_group(with, "/api/v1", "/v1/"));
  std::set<std::string> by_group;
  const json groups = with.get("/apis").value();
  for (const json& group : groups["groups"]) {
    for (const json& version : group["versions"]) {
      const std::string path = version["groupVersion"];
      by_group.merge(all_by_group(with, "/apis/" + path, path + "/"));
    }
  }
  EXPECT_EQ(all_of(discover(with, "/apis/", accept_newest).value()), by_group);
}

TEST(AggregatedDiscovery, NamesItsFormInTheContentType) {
  server_fixture with{aggregating()};
  const seen newest = discover(with, "/apis", accept_newest);
  EXPECT_EQ(newest.content_type, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  EXPECT_EQ(newest.headers.get("Vary"), "Accept");
  EXPECT_EQ(newest.value()["apiVersion"], "apidiscovery.k8s.io/v2");
  const seen beta = discover(with, "/api", accept_beta);
  EXPECT_EQ(beta.content_type, "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList");
  EXPECT_EQ(beta.value()["apiVersion"], "apidiscovery.k8s.io/v2beta1");
}

TEST(AggregatedDiscovery, IsForThoseWhoAskForItFirst) {
  server_fixture with{aggregating()};
  for (const char* accept :
       {"application/json", "*/*",
        "application/json,application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        "application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList,application/json"}) {
    const seen answer = discover(with, "/apis", accept);
    EXPECT_EQ(answer.content_type, "application/json") << accept;
    EXPECT_EQ(answer.value()["kind"], "APIGroupList") << accept;
  }
  EXPECT_EQ(discover(with, "/apis/apps/v1", accept_newest).value()["kind"], "APIResourceList")
      << "a group alone is not aggregated";
}

TEST(AggregatedDiscovery, IsUnknownToOlderServers) {
  server_fixture with;
  const seen answer = discover(with, "/apis", accept_newest);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(answer.value()["kind"], "APIGroupList");
}

}  // namespace
}  // namespace kitfox::kube
