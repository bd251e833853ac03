#include "fakes/kube/aggregated_discovery.hpp"

#include "fakes/kube/media_type.hpp"
#include "fakes/kube/resource_catalog.hpp"
#include "runtime/ascii.hpp"

namespace kitfox::kube {

namespace {

json response_kind(std::string_view group, std::string_view version, std::string_view kind) {
  return {{"group", group}, {"version", version}, {"kind", kind}};
}

json verb_list(const std::vector<std::string_view>& verbs) {
  json out = json::array();
  for (const std::string_view verb : verbs) out.push_back(verb);
  return out;
}

json discovered_resource(const resource_type& type) {
  json out{{"resource", type.plural},
           {"responseKind", response_kind(type.group, type.version, type.kind)},
           {"scope", type.scope == resource_scope::namespaced ? "Namespaced" : "Cluster"},
           {"singularResource", runtime::lower_case(type.kind)},
           {"verbs", verb_list(split_words(type.verbs, ' '))}};
  if (!type.short_names.empty()) out["shortNames"] = verb_list(split_words(type.short_names, ' '));
  if (!type.categories.empty()) out["categories"] = verb_list(split_words(type.categories, ' '));
  for (const subresource_type& sub : subresources_of(type)) {
    const bool own = sub.version.empty();
    out["subresources"].push_back(
        {{"subresource", sub.name},
         {"responseKind",
          response_kind(own ? type.group : sub.group, own ? type.version : sub.version, sub.kind)},
         {"verbs", verb_list(sub.verbs)}});
  }
  return out;
}

json discovered_version(std::string_view version, json resources) {
  return {{"version", version}, {"resources", std::move(resources)}, {"freshness", "Current"}};
}

// The core group has no name.
json discovered_group(std::string_view name, json versions) {
  json metadata{{"creationTimestamp", nullptr}};
  if (!name.empty()) metadata["name"] = name;
  return {{"metadata", std::move(metadata)}, {"versions", std::move(versions)}};
}

json discovered_metrics() {
  json resources = json::array();
  for (const auto& [plural, kind, scope] :
       {std::tuple{"nodes", "NodeMetrics", "Cluster"}, {"pods", "PodMetrics", "Namespaced"}}) {
    resources.push_back({{"resource", plural},
                         {"responseKind", response_kind("metrics.k8s.io", "v1beta1", kind)},
                         {"scope", scope},
                         {"singularResource", ""},
                         {"verbs", {"get", "list"}}});
  }
  return discovered_group("metrics.k8s.io",
                          json::array({discovered_version("v1beta1", std::move(resources))}));
}

json discovered_groups(bool core) {
  json groups = json::array();
  std::string_view last;
  for (const group_version& entry : group_versions()) {
    if (entry.group.empty() != core) continue;
    json resources = json::array();
    for (const resource_type* type : entry.resources) resources.push_back(discovered_resource(*type));
    if (groups.empty() || entry.group != last) groups.push_back(discovered_group(entry.group, json::array()));
    groups.back()["versions"].push_back(discovered_version(entry.version, std::move(resources)));
    last = entry.group;
  }
  return groups;
}

}  // namespace

std::optional<std::string> wanted_discovery(std::optional<std::string_view> accept) {
  for (const media_clause& clause : parse_accept(accept)) {
    if (clause.quality <= 0 || (clause.type != "application/json" && clause.type != "*/*")) continue;
    if (clause.parameter("as").empty()) return std::nullopt;
    const std::string_view version = clause.parameter("v");
    if (clause.parameter("g") == "apidiscovery.k8s.io" && clause.parameter("as") == "APIGroupDiscoveryList" &&
        (version == "v2" || version == "v2beta1")) {
      return std::string{version};
    }
  }
  return std::nullopt;
}

std::string discovery_media_type(std::string_view version) {
  return "application/json;g=apidiscovery.k8s.io;v=" + std::string{version} + ";as=APIGroupDiscoveryList";
}

std::optional<json> aggregated_discovery(const server_identity& identity, std::string_view path,
                                         std::string_view version) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path != "/api" && path != "/apis") return std::nullopt;
  json groups = discovered_groups(path == "/api");
  if (path == "/apis" && identity.metrics == server_identity::metrics_groups::served)
    groups.push_back(discovered_metrics());
  return json{{"kind", "APIGroupDiscoveryList"},
              {"apiVersion", "apidiscovery.k8s.io/" + std::string{version}},
              {"metadata", json::object()},
              {"items", std::move(groups)}};
}

}  // namespace kitfox::kube
