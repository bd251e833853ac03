#include "fakes/kube/discovery.hpp"

#include <set>

#include "fakes/kube/resource_catalog.hpp"

namespace kitfox::kube {

namespace {

json words(std::string_view text) {
  json out = json::array();
  for (const std::string_view word : split_words(text, ' ')) out.push_back(word);
  return out;
}

json version_document(const server_identity& identity) {
  std::string_view text = identity.git_version;
  if (text.starts_with('v')) text.remove_prefix(1);
  const auto numbers = split_words(text, '.');
  const auto number = [&](std::size_t i) {
    return i < numbers.size() ? std::string{numbers[i]} : std::string{};
  };
  return {{"major", number(0)},
          {"minor", number(1)},
          {"gitVersion", identity.git_version},
          {"gitCommit", "faecb196815e248d3ecfb03c680a4507229c2a56"},
          {"gitTreeState", "clean"},
          {"buildDate", "2021-01-13T13:20:00Z"},
          {"goVersion", "go1.19.8"},
          {"compiler", "gc"},
          {"platform", "linux/amd64"}};
}

void add_resource(json& list, const resource_type& type) {
  const bool namespaced = type.scope == resource_scope::namespaced;
  json entry{{"name", type.plural},
             {"singularName", ""},
             {"namespaced", namespaced},
             {"kind", type.kind},
             {"verbs", words(type.verbs)}};
  if (!type.short_names.empty()) entry["shortNames"] = words(type.short_names);
  if (!type.categories.empty()) entry["categories"] = words(type.categories);
  if (!type.storage_hash.empty()) entry["storageVersionHash"] = type.storage_hash;
  list.push_back(std::move(entry));
  for (const subresource_type& sub : subresources_of(type)) {
    json child{{"name", std::string{type.plural} + "/" + std::string{sub.name}},
               {"singularName", ""},
               {"namespaced", namespaced},
               {"kind", sub.kind},
               {"verbs", json::array()}};
    for (const std::string_view verb : sub.verbs) child["verbs"].push_back(verb);
    if (!sub.version.empty()) {
      child["group"] = sub.group;
      child["version"] = sub.version;
    }
    list.push_back(std::move(child));
  }
}

std::string group_version_text(const group_version& entry) { return entry.resources.front()->api_version(); }

json resource_list(const group_version& entry) {
  json resources = json::array();
  for (const resource_type* type : entry.resources) add_resource(resources, *type);
  json out{{"kind", "APIResourceList"},
           {"groupVersion", group_version_text(entry)},
           {"resources", std::move(resources)}};
  if (!entry.group.empty()) out["apiVersion"] = "v1";  // the core group's list comes without
  return out;
}

json group_entry(std::string_view group) {
  json versions = json::array();
  for (const group_version& entry : group_versions()) {
    if (entry.group != group) continue;
    versions.push_back({{"groupVersion", group_version_text(entry)}, {"version", entry.version}});
  }
  json out{{"name", group}, {"versions", versions}};
  out["preferredVersion"] = versions.front();
  return out;
}

// metrics-server's part, which is no row of the catalog since nothing of it is stored.
json metrics_group_entry() {
  const json version{{"groupVersion", "metrics.k8s.io/v1beta1"}, {"version", "v1beta1"}};
  return {{"name", "metrics.k8s.io"}, {"versions", json::array({version})}, {"preferredVersion", version}};
}

json metrics_resource_list() {
  json resources = json::array();
  for (const auto& [name, kind] : {std::pair{"nodes", "NodeMetrics"}, {"pods", "PodMetrics"}}) {
    resources.push_back({{"name", name},
                         {"singularName", ""},
                         {"namespaced", std::string_view{name} == "pods"},
                         {"kind", kind},
                         {"verbs", {"get", "list"}}});
  }
  return {{"kind", "APIResourceList"},
          {"apiVersion", "v1"},
          {"groupVersion", "metrics.k8s.io/v1beta1"},
          {"resources", std::move(resources)}};
}

bool has_metrics(const server_identity& identity) {
  return identity.metrics == server_identity::metrics_groups::served;
}

json group_list(const server_identity& identity) {
  json groups = json::array();
  std::string_view last;
  for (const group_version& entry : group_versions()) {
    if (entry.group.empty() || entry.group == last) continue;
    last = entry.group;
    groups.push_back(group_entry(entry.group));
  }
  if (has_metrics(identity)) groups.push_back(metrics_group_entry());
  return {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}};
}

}  // namespace

json path_index(const server_identity& identity) {
  std::set<std::string> paths{"/api",     "/api/v1", "/apis",   "/apis/",
                              "/healthz", "/livez",  "/readyz", "/version"};
  for (const group_version& entry : group_versions()) {
    if (entry.group.empty()) continue;
    paths.insert("/apis/" + std::string{entry.group});
    paths.insert("/apis/" + group_version_text(entry));
  }
  if (has_metrics(identity)) paths.insert({"/apis/metrics.k8s.io", "/apis/metrics.k8s.io/v1beta1"});
  return {{"paths", paths}};
}

std::optional<json> discovery_document(const server_identity& identity, std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path == "/version") return version_document(identity);
  if (path == "/apis") return group_list(identity);
  if (path == "/api") {
    const json address{{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", identity.address}};
    return json{{"kind", "APIVersions"},
                {"versions", json::array({"v1"})},
                {"serverAddressByClientCIDRs", json::array({address})}};
  }
  if (has_metrics(identity) && path == "/apis/metrics.k8s.io/v1beta1") return metrics_resource_list();
  if (has_metrics(identity) && path == "/apis/metrics.k8s.io") {
    json group = metrics_group_entry();
    group["kind"] = "APIGroup";
    group["apiVersion"] = "v1";
    return group;
  }
  for (const group_version& entry : group_versions()) {
    const std::string own = entry.group.empty() ? "/api/v1" : "/apis/" + group_version_text(entry);
    if (path == own) return resource_list(entry);
    if (entry.group.empty() || path != "/apis/" + std::string{entry.group}) continue;
    json group = group_entry(entry.group);
    group["kind"] = "APIGroup";
    group["apiVersion"] = "v1";
    return group;
  }
  return std::nullopt;
}

}  // namespace kitfox::kube
