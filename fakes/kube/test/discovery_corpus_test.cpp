// Discovery in one document, held against documents that real clients accepted.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube::golden {
namespace {

json document_of(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream{std::filesystem::path{KITFOX_GOLDEN_CORPUS} / "synthetic" / name}.rdbuf();
  const auto parsed = parse_json(text.str());
  EXPECT_TRUE(parsed.has_value()) << name;
  return parsed ? *parsed : json{};
}

// "GROUP/VERSION/RESOURCE" to what is said of it. Those documents were made from 1.20's own, which leave
// group and version of a response out where they are the resource's.
std::map<std::string, json> resources_of(const json& document) {
  std::map<std::string, json> out;
  for (const json& group : value_at(document, {"items"})) {
    for (const json& version : group["versions"]) {
      for (json resource : version["resources"]) {
        resource["responseKind"] = resource["responseKind"]["kind"];
        if (resource.contains("subresources")) {
          for (json& sub : resource["subresources"]) sub["responseKind"] = sub["responseKind"]["kind"];
        }
        const std::string group_name{text_at(group, {"metadata", "name"})};
        out[group_name + "/" + version["version"].get<std::string>() + "/" +
            resource["resource"].get<std::string>()] = resource;
      }
    }
  }
  return out;
}

TEST(DiscoveryCorpus, AgreesWithDocumentsThatClientsAccepted) {
  api_server_options options;
  options.identity.discovery = server_identity::discovery_forms::aggregated_too;
  test::server_fixture with{options};
  std::size_t compared = 0;
  for (const auto& [path, name] : {std::pair{"/api", "agg-api.json"}, {"/apis", "agg-apis.json"}}) {
    const test::seen answer = with.send(
        "GET", path, "admin", {},
        {{"Accept",
          "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"}});
    const auto known = resources_of(document_of(name));
    for (const auto& [key, resource] : resources_of(answer.value())) {
      const auto found = known.find(key);
      ASSERT_NE(found, known.end()) << key;
      EXPECT_EQ(resource, found->second) << key;
      ++compared;
    }
  }
  EXPECT_GT(compared, 40U);
  std::cout << "aggregated discovery: " << compared << " resources agree\n";
}

}  // namespace
}  // namespace kitfox::kube::golden
