#include "fakes/kube/workload_objects.hpp"

#include "fakes/kube/cluster_events.hpp"
#include "fakes/kube/object_defaults.hpp"

namespace kitfox::kube {

namespace {

const json& first_of(const json& list) {
  static const json none;
  return list.is_array() && !list.empty() ? list.front() : none;
}

}  // namespace

std::string pinned_node(const json& pod) {
  const json& terms = value_at(pod, {"spec", "affinity", "nodeAffinity",
                                     "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"});
  const json& field = first_of(value_at(first_of(terms), {"matchFields"}));
  const json& value = first_of(value_at(field, {"values"}));
  return text_at(field, {"key"}) == "metadata.name" && value.is_string() ? value.get<std::string>()
                                                                         : std::string{};
}

std::string letters_of(std::uint64_t number, std::size_t count) {
  constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
  std::string out;
  for (; out.size() < count; number /= letters.size()) out += letters[number % letters.size()];
  return out;
}

std::string template_hash(const json& pod_template) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : print_json(pod_template))
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return letters_of(hash, 10);
}

json owner_reference(const json& object) {
  return {
      {"apiVersion", object["apiVersion"]}, {"kind", object["kind"]}, {"name", object["metadata"]["name"]},
      {"uid", object["metadata"]["uid"]},   {"controller", true},     {"blockOwnerDeletion", true}};
}

std::vector<object_ptr> owned_objects(const api_server::state& state, const json& owner,
                                      const resource_type& type) {
  std::vector<object_ptr> all;
  for (const object_place& place : state.backlog.dependents_of(text_at(owner, {"metadata", "uid"}))) {
    if (place.type != &type) continue;
    if (object_ptr found = state.store.find(type, place.ns, place.name)) all.push_back(std::move(found));
  }
  return all;
}

object_ptr create_object(api_server::state& state, const resource_type& type, json body,
                         runtime::wall_time now) {
  apply_defaults(type, body);
  complete_new(type, body);
  const auto stored = state.store.create(type, std::move(body), now);
  return stored ? *stored : nullptr;
}

object_ptr create_pod_of(api_server::state& state, const json& owner, const char* controller,
                         const json& more, runtime::wall_time now) {
  const std::string prefix = std::string{text_at(owner, {"metadata", "name"})} + "-";
  json pod{{"metadata", owner["spec"]["template"]["metadata"]}, {"spec", owner["spec"]["template"]["spec"]}};
  pod["metadata"]["name"] = prefix + letters_of(++state.names_made * 2654435761U, 5);
  pod["metadata"]["generateName"] = prefix;
  pod["metadata"]["namespace"] = owner["metadata"]["namespace"];
  pod["metadata"]["ownerReferences"] = json::array({owner_reference(owner)});
  pod.merge_patch(more);
  object_ptr created = create_object(state, *find_resource("", "v1", "pods"), std::move(pod), now);
  if (created) {
    record_event(state, owner,
                 {"Normal", controller, "SuccessfulCreate",
                  "Created pod: " + std::string{text_at(created->body, {"metadata", "name"})}},
                 now);
  }
  return created;
}

}  // namespace kitfox::kube
