#include "fakes/kube/cluster_controllers.hpp"

#include <algorithm>

#include "fakes/kube/api_state.hpp"
#include "fakes/kube/disruption_budgets.hpp"
#include "fakes/kube/kubelet.hpp"
#include "fakes/kube/object_deletion.hpp"
#include "fakes/kube/pod_admission.hpp"
#include "fakes/kube/workload_controllers.hpp"

namespace kitfox::kube {

namespace {

object_place place_of_object(const resource_type& type, const json& body) {
  return {&type, std::string{text_at(body, {"metadata", "namespace"})},
          std::string{text_at(body, {"metadata", "name"})}};
}

bool is_marked(const json& body) { return !text_at(body, {"metadata", "deletionTimestamp"}).empty(); }

bool has_finalizer(const json& body, std::string_view name) {
  const json& list = value_at(body, {"metadata", "finalizers"});
  return list.is_array() && std::find(list.begin(), list.end(), name) != list.end();
}

json without(const json& list, const auto& unwanted) {
  json kept = json::array();
  for (const json& entry : list) {
    if (!unwanted(entry)) kept.push_back(entry);
  }
  return kept;
}

class controller_round {
 public:
  controller_round(api_server::state& state, runtime::wall_time now) : state_{state}, now_{now} {}

  void see(const store_change& change) {
    const object_ptr changed = change.object->open();
    const json& body = changed->body;
    if (change.kind == change_kind::deleted) {
      collect_dependents(body);
      resume_namespace(text_at(body, {"metadata", "namespace"}));
      resume_owners(body);
      if (runs_workloads()) replace(*change.type, body);
      return;
    }
    const object_ptr now = state_.store.find(*change.type, text_at(body, {"metadata", "namespace"}),
                                             text_at(body, {"metadata", "name"}));
    if (now && is_marked(now->body)) {
      handle_marked(*change.type, now);
    } else if (now && runs_workloads()) {
      reconcile_workload(state_, *change.type, now, now_);
    }
  }

 private:
  [[nodiscard]] bool runs_workloads() const {
    return state_.options.controllers == cluster_controllers::workloads || state_.node;
  }

  // The owner of a pod or a ReplicaSet that went counts again what it has; what a namespace needs comes back.
  void replace(const resource_type& gone, const json& body) {
    if (state_.node && gone.kind == "Pod") state_.node->see(place_of_object(gone, body));
    if (gone.kind == "Pod") count_disruption_budgets(state_, text_at(body, {"metadata", "namespace"}));
    if (gone.kind == "ServiceAccount" || gone.kind == "ConfigMap") {
      const object_ptr home = state_.store.find(*find_resource("", "v1", "namespaces"), "",
                                                text_at(body, {"metadata", "namespace"}));
      if (home && !is_marked(home->body)) furnish_namespace(state_, home->body, now_);
    }
    const json& owners = value_at(body, {"metadata", "ownerReferences"});
    if (!owners.is_array()) return;
    for (const json& entry : owners) {
      const auto [type, owner] = find_owner(entry, text_at(body, {"metadata", "namespace"}));
      if (owner && !is_marked(owner->body)) reconcile_workload(state_, *type, owner, now_);
    }
  }

  void handle_marked(const resource_type& type, const object_ptr& object) {
    if (type.kind == "Namespace") return end_namespace(object);
    if (type.kind == "Pod" && state_.node &&
        text_at(object->body, {"spec", "nodeName"}) == kubelet::node_name)
      return state_.node->see(place_of_object(type, object->body));
    if (type.kind == "Pod" && number_at(object->body, {"metadata", "deletionGracePeriodSeconds"}) > 0) {
      deletion_options at_once;
      at_once.grace_s = 0;
      (void)delete_object(state_, type, object, at_once, now_);
      return;
    }
    if (has_finalizer(object->body, "orphan")) release_dependents(type, object);
    if (has_finalizer(object->body, "foregroundDeletion")) delete_in_foreground(type, object);
  }

  void end_namespace(const object_ptr& object) {
    const std::string name{text_at(object->body, {"metadata", "name"})};
    bool empty = true;
    for (const resource_type& type : all_resources()) {
      if (type.scope != resource_scope::namespaced || !type.allows("list") || &stored_as(type) != &type)
        continue;
      for (const auto& [key, content] : state_.store.list(type, name)) {
        const bool removed = delete_object(state_, type, content->open(), {}, now_).removed;
        empty = empty && removed;
      }
    }
    if (!empty) return;
    const resource_type& namespaces = *find_resource("", "v1", "namespaces");
    json body = object->body;
    body["spec"].erase("finalizers");
    const auto stored = state_.store.replace(namespaces, std::move(body));
    if (stored) finish_deletion(state_, namespaces, *stored);
  }

  void resume_namespace(std::string_view name) {
    if (name.empty()) return;
    const object_ptr found = state_.store.find(*find_resource("", "v1", "namespaces"), "", name);
    if (found && is_marked(found->body)) end_namespace(found);
  }

  // An owner that is deleted in the foreground goes when the last of its dependents is gone.
  void resume_owners(const json& body) {
    const json& owners = value_at(body, {"metadata", "ownerReferences"});
    if (!owners.is_array()) return;
    for (const json& owner : owners) {
      const auto [type, object] = find_owner(owner, text_at(body, {"metadata", "namespace"}));
      if (object && is_marked(object->body)) handle_marked(*type, object);
    }
  }

  std::pair<const resource_type*, object_ptr> find_owner(const json& owner, std::string_view ns) {
    const std::string_view version = text_at(owner, {"apiVersion"});
    const std::size_t slash = version.find('/');
    const resource_type* type =
        find_kind(slash == std::string_view::npos ? "" : version.substr(0, slash), text_at(owner, {"kind"}));
    if (type == nullptr) return {nullptr, nullptr};
    const bool inside = type->scope == resource_scope::namespaced;
    object_ptr object = state_.store.find(*type, inside ? ns : "", text_at(owner, {"name"}));
    if (object && text_at(object->body, {"metadata", "uid"}) != text_at(owner, {"uid"})) object = nullptr;
    return {type, std::move(object)};
  }

  void collect_dependents(const json& owner) {
    const std::string_view uid = text_at(owner, {"metadata", "uid"});
    for (const object_place& place : state_.backlog.dependents_of(uid)) {
      const object_ptr dependent = state_.store.find(*place.type, place.ns, place.name);
      if (!dependent) continue;
      const json& owners = dependent->body["metadata"]["ownerReferences"];
      const bool owned = std::any_of(owners.begin(), owners.end(), [&](const json& entry) {
        return find_owner(entry, place.ns).second != nullptr;
      });
      if (!owned) (void)delete_object(state_, *place.type, dependent, {}, now_);
    }
  }

  void release_dependents(const resource_type& type, const object_ptr& object) {
    const std::string uid{text_at(object->body, {"metadata", "uid"})};
    for (const object_place& place : state_.backlog.dependents_of(uid)) {
      const object_ptr dependent = state_.store.find(*place.type, place.ns, place.name);
      if (!dependent) continue;
      json body = dependent->body;
      json& owners = body["metadata"]["ownerReferences"];
      owners = without(owners, [&](const json& entry) { return text_at(entry, {"uid"}) == uid; });
      if (owners.empty()) body["metadata"].erase("ownerReferences");
      (void)state_.store.replace(*place.type, std::move(body));
    }
    drop_finalizer(type, object, "orphan");
  }

  void delete_in_foreground(const resource_type& type, const object_ptr& object) {
    bool gone = true;
    for (const object_place& place :
         state_.backlog.dependents_of(text_at(object->body, {"metadata", "uid"}))) {
      const object_ptr dependent = state_.store.find(*place.type, place.ns, place.name);
      if (dependent) gone = delete_object(state_, *place.type, dependent, {}, now_).removed && gone;
    }
    if (gone) drop_finalizer(type, object, "foregroundDeletion");
  }

  void drop_finalizer(const resource_type& type, const object_ptr& object, std::string_view name) {
    json body = object->body;
    json& list = body["metadata"]["finalizers"];
    list = without(list, [&](const json& entry) { return entry == name; });
    if (list.empty()) body["metadata"].erase("finalizers");
    const auto stored = state_.store.replace(type, std::move(body));
    if (stored) finish_deletion(state_, type, *stored);
  }

  api_server::state& state_;
  runtime::wall_time now_;
};

}  // namespace

void controller_backlog::note(const store_change& change) {
  count_owners(change);
  const bool ends =
      change.kind == change_kind::deleted || !change.object->at({"metadata", "deletionTimestamp"}).empty();
  if (ends || (workloads_ && is_workload(*change.type))) changes_.push_back(change);
}

store_change controller_backlog::take() {
  store_change change = std::move(changes_.front());
  changes_.pop_front();
  return change;
}

std::vector<object_place> controller_backlog::dependents_of(std::string_view uid) const {
  const auto found = dependents_.find(uid);
  return found == dependents_.end() ? std::vector<object_place>{} : found->second;
}

void controller_backlog::count_owners(const store_change& change) {
  const auto owners_in = [](const kept_ptr& object) {
    json owners = object ? object->at({"metadata", "ownerReferences"}).value() : json{};
    return owners.is_array() ? owners : json::array();
  };
  const object_place place{change.type, change.object->at({"metadata", "namespace"}).string(),
                           change.object->at({"metadata", "name"}).string()};
  for (const json& owner : owners_in(change.before)) {
    const auto found = dependents_.find(text_at(owner, {"uid"}));
    if (found == dependents_.end()) continue;
    std::erase(found->second, place);
    if (found->second.empty()) dependents_.erase(found);
  }
  if (change.kind == change_kind::deleted) return;
  for (const json& owner : owners_in(change.object)) {
    dependents_[std::string{text_at(owner, {"uid"})}].push_back(place);
  }
}

void write_aggregated_rules(api_server::state& state) {
  if (state.options.controllers == cluster_controllers::none || !state.roles_stale) return;
  const resource_type& type = *find_resource("rbac.authorization.k8s.io", "v1", "clusterroles");
  const auto granted = state.policy().cluster_roles;  // a copy: each write makes the policy another one
  for (const auto& [name, rules] : granted) {
    const object_ptr role = state.store.find(type, "", name);
    if (!value_at(role->body, {"aggregationRule"}).is_object() || read_rules(role->body) == rules) continue;
    json body = role->body;
    body["rules"] = json::array();
    for (const policy_rule& rule : rules) body["rules"].push_back(print_rule(rule));
    (void)state.store.replace(type, std::move(body));
  }
  state.roles_stale = false;
}

void run_controllers(api_server::state& state, runtime::wall_time now) {
  write_aggregated_rules(state);
  for (std::size_t step = 0; step < state.options.limits.controller_steps_max && !state.backlog.empty();
       ++step) {
    controller_round{state, now}.see(state.backlog.take());
  }
}

}  // namespace kitfox::kube
