#include <algorithm>
#include <array>

#include "fakes/kube/api_state.hpp"
#include "fakes/kube/list_pages.hpp"
#include "fakes/kube/object_defaults.hpp"
#include "fakes/kube/rbac_escalation.hpp"

// Writes in their simple form: whole objects and merge patches, without validation of their content, managed
// fields, finalizers or grace periods.
namespace kitfox::kube {

namespace {

outcome<json> ok(json value) { return outcome<json>{boost::system::in_place_value, std::move(value)}; }

bool is_dry_run(const api_call& call) { return call.info.target.get("dryRun") == "All"; }

// Kinds that a PUT creates where they are missing.
bool allows_create_on_update(const resource_type& type) {
  return type.group == "rbac.authorization.k8s.io" || type.kind == "Lease" || type.kind == "Event" ||
         type.kind == "Service" || type.kind == "Endpoints" || type.kind == "LimitRange";
}

// Kinds whose deletion answers with the object instead of a Status.
bool answers_deleted_object(const resource_type& type) {
  constexpr std::array kinds{"Pod",           "Service",          "ServiceAccount",
                             "Namespace",     "PersistentVolume", "PersistentVolumeClaim",
                             "ResourceQuota", "PodTemplate"};
  return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) { return type.kind == kind; });
}

std::string generated_suffix(std::uint64_t number) {
  constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";
  std::string suffix;
  for (int i = 0; i < 5; ++i, number /= letters.size()) suffix += letters[number % letters.size()];
  return suffix;
}

outcome<json> read_object(const api_call& call) {
  auto body = read_body(call);
  if (!body) return body.error();
  if (!body->is_object() || !(*body)["metadata"].is_object()) {
    if (!body->is_object()) return bad_request("the body of the request is not an object");
    if (!(*body)["metadata"].is_null()) return bad_request("metadata is not an object");
    (*body)["metadata"] = json::object();
  }
  json& metadata = (*body)["metadata"];
  const std::string_view ns = text_at(metadata, {"namespace"});
  const std::string& wanted = call.info.attributes.ns;
  if (!ns.empty() && ns != wanted && call.type->scope == resource_scope::namespaced) {
    return bad_request(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  if (call.type->scope == resource_scope::namespaced) metadata["namespace"] = wanted;
  return ok(std::move(*body));
}

outcome<void> check_version(const api_call& call, const json& object) {
  const std::string_view version = text_at(object, {"apiVersion"});
  if (version.empty() || version == call.type->api_version()) return {};
  return bad_request("the API version in the data (" + std::string{version} +
                     ") does not match the expected API version (" + call.type->api_version() + ")");
}

outcome<void> name_new_object(const api_call& call, json& object) {
  json& metadata = object["metadata"];
  if (!text_at(metadata, {"name"}).empty()) return {};
  const std::string prefix{text_at(metadata, {"generateName"})};
  if (prefix.empty()) {
    return invalid(
        call.type->group, call.type->kind, "",
        {{"FieldValueRequired", "Required value: name or generateName is required", "metadata.name"}});
  }
  metadata["name"] = prefix + generated_suffix(++call.state.names_made * 2654435761U);
  return {};
}

// Admission keeps pods off a new node until its controller has seen it; nothing here ever removes the taint.
void taint_new_node(json& node) {
  json& spec = node["spec"];
  if (spec.is_null()) spec = json::object();
  if (!spec.is_object() || spec.contains("taints")) return;
  spec["taints"] = json::array({{{"key", "node.kubernetes.io/not-ready"}, {"effect", "NoSchedule"}}});
}

outcome<std::vector<policy_rule>> granted_rules(const api_call& call, const json& object) {
  if (object["kind"] == "Role" || object["kind"] == "ClusterRole") return read_rules(object);
  const role_binding binding = read_binding(object);
  const bool cluster = binding.role.kind == role_reference::kinds::cluster_role;
  const resource_type& type =
      *find_resource("rbac.authorization.k8s.io", "v1", cluster ? "clusterroles" : "roles");
  const object_ptr role =
      call.state.store.find(type, cluster ? "" : call.info.attributes.ns, binding.role.name);
  if (!role) return not_found(type, binding.role.name);
  return read_rules(role->body);
}

// Nobody may grant more than they hold, unless they may `escalate` roles or `bind` that role.
outcome<void> check_escalation(const api_call& call, const json& object) {
  if (call.type->group != "rbac.authorization.k8s.io" || call.user.in_group(group_masters)) return {};
  const bool is_role = call.type->kind == "Role" || call.type->kind == "ClusterRole";
  access_attributes asked = call.info.attributes;
  asked.verb = is_role ? "escalate" : "bind";
  asked.name = text_at(object, is_role ? std::initializer_list<std::string_view>{"metadata", "name"}
                                       : std::initializer_list<std::string_view>{"roleRef", "name"});
  if (!is_role)
    asked.resource = text_at(object, {"roleRef", "kind"}) == "ClusterRole" ? "clusterroles" : "roles";
  if (authorize(call.state.policy(), call.user, asked).allowed()) return {};
  const auto rules = granted_rules(call, object);
  if (!rules) return rules.error();
  const std::string_view ns = call.info.attributes.ns;
  if (const auto refusal = escalation_refusal(call.state.policy(), call.user, ns, *rules)) {
    return forbidden_object(*call.type, text_at(object, {"metadata", "name"}), *refusal);
  }
  return {};
}

outcome<void> check_binding(const api_call& call, const json& object) {
  if (call.type->kind != "ClusterRoleBinding") return {};
  const json& subjects = value_at(object, {"subjects"});
  std::vector<status_cause> causes;
  for (std::size_t i = 0; subjects.is_array() && i < subjects.size(); ++i) {
    if (text_at(subjects[i], {"kind"}) != "ServiceAccount" || !text_at(subjects[i], {"namespace"}).empty())
      continue;
    causes.push_back(
        {"FieldValueRequired", "Required value", "subjects[" + std::to_string(i) + "].namespace"});
  }
  if (causes.empty()) return {};
  return invalid(call.type->group, call.type->kind, text_at(object, {"metadata", "name"}), std::move(causes));
}

outcome<api_answer> store_new(const api_call& call, json object) {
  apply_defaults(*call.type, object);
  if (const auto checked = check_binding(call, object); !checked) return checked.error();
  if (const auto checked = check_escalation(call, object); !checked) return checked.error();
  const std::string name{text_at(object, {"metadata", "name"})};
  if (call.state.store.find(*call.type, call.object_namespace(), name))
    return already_exists(*call.type, name);
  if (is_dry_run(call)) return object_answer(call, 201, object);
  const auto stored = call.state.store.create(*call.type, std::move(object), call.now.wall);
  if (!stored) return internal(stored.error().message());
  return object_answer(call, 201, (*stored)->body);
}

outcome<api_answer> store_changed(const api_call& call, const object_ptr& before, json object) {
  const std::string& name = call.info.attributes.name;
  const std::string_view version = text_at(object, {"metadata", "resourceVersion"});
  if (!version.empty() && version != text_at(before->body, {"metadata", "resourceVersion"})) {
    return conflict(
        *call.type, name,
        "the object has been modified; please apply your changes to the latest version and try again");
  }
  apply_defaults(*call.type, object);
  if (call.type->group == "rbac.authorization.k8s.io") {
    if (const auto checked = check_escalation(call, object); !checked) return checked.error();
    if (value_at(object, {"roleRef"}) != value_at(before->body, {"roleRef"})) {
      const std::string why =
          "Invalid value: rbac.RoleRef{APIGroup:\"" + std::string{text_at(object, {"roleRef", "apiGroup"})} +
          "\", Kind:\"" + std::string{text_at(object, {"roleRef", "kind"})} + "\", Name:\"" +
          std::string{text_at(object, {"roleRef", "name"})} + "\"}: cannot change roleRef";
      return invalid(call.type->group, call.type->kind, name, {{"FieldValueInvalid", why, "roleRef"}});
    }
  }
  if (is_dry_run(call)) return object_answer(call, 200, object);
  const auto stored = call.state.store.replace(*call.type, std::move(object));
  if (!stored) return not_found(*call.type, name);
  return object_answer(call, 200, (*stored)->body);
}

// RFC 7386, with its null-means-remove rule.
void merge_patch(json& target, const json& patch) { target.merge_patch(patch); }

json status_of(json before, const json& from) {
  before["status"] = value_at(from, {"status"});
  return before;
}

json deleted_status(const api_call& call, const json& object) {
  json details{{"name", text_at(object, {"metadata", "name"})},
               {"kind", call.type->plural},
               {"uid", text_at(object, {"metadata", "uid"})}};
  if (!call.type->group.empty()) details["group"] = call.type->group;
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", json::object()},
          {"status", "Success"},
          {"details", std::move(details)}};
}

outcome<void> check_preconditions(const api_call& call, const json& body, const json& object) {
  for (const char* field : {"uid", "resourceVersion"}) {
    const std::string_view wanted = text_at(body, {"preconditions", field});
    const std::string_view actual = text_at(object, {"metadata", field});
    if (wanted.empty() || wanted == actual) continue;
    return conflict(*call.type, call.info.attributes.name,
                    "the " + std::string{field} + " in the precondition (" + std::string{wanted} +
                        ") does not match the " + std::string{field} + " in record (" + std::string{actual} +
                        "). The object might have been deleted and then recreated");
  }
  return {};
}

outcome<api_answer> delete_collection(const api_call& call) {
  const auto options =
      parse_list_options(*call.type, call.info.target, list_or_watch::list, call.state.options.watch_list);
  if (!options) return options.error();
  const auto page = list_objects(call.state.store, *call.type, call.object_namespace(), *options);
  if (!page) return page.error();
  json items = json::array();
  for (const object_ptr& object : page->items) {
    const json& metadata = object->body["metadata"];
    const auto removed =
        call.state.store.remove(*call.type, text_at(metadata, {"namespace"}), text_at(metadata, {"name"}));
    if (removed) items.push_back((*removed)->body);
  }
  return json_answer(200, {{"kind", call.type->list_kind()},
                           {"apiVersion", call.type->api_version()},
                           {"metadata", {{"resourceVersion", std::to_string(call.state.store.revision())}}},
                           {"items", std::move(items)}});
}

}  // namespace

outcome<api_answer> answer_create(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  auto object = read_object(call);
  if (!object) return object.error();
  const std::string_view kind = text_at(*object, {"kind"});
  if (!kind.empty() && kind != call.type->kind) {
    return bad_request("the object provided is a " + std::string{kind} + " (should be " +
                       std::string{call.type->kind} + ")");
  }
  if (const auto checked = check_version(call, *object); !checked) return checked.error();
  if (const auto named = name_new_object(call, *object); !named) return named.error();
  if (call.type->scope == resource_scope::namespaced) {
    const resource_type& namespaces = *find_resource("", "v1", "namespaces");
    if (!call.state.store.find(namespaces, "", asked.ns)) return not_found(namespaces, asked.ns);
  }
  if (call.type->kind == "Node") taint_new_node(*object);
  return store_new(call, std::move(*object));
}

outcome<api_answer> answer_update(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  auto object = read_object(call);
  if (!object) return object.error();
  if (const auto checked = check_version(call, *object); !checked) return checked.error();
  const std::string name{text_at(*object, {"metadata", "name"})};
  if (name.empty()) (*object)["metadata"]["name"] = asked.name;
  if (!name.empty() && name != asked.name) {
    return bad_request("the name of the object (" + name + ") does not match the name on the URL (" +
                       asked.name + ")");
  }
  const object_ptr before = call.state.store.find(*call.type, call.object_namespace(), asked.name);
  if (!before && asked.subresource.empty() && allows_create_on_update(*call.type)) {
    return store_new(call, std::move(*object));
  }
  if (!before) return not_found(*call.type, asked.name);
  if (asked.subresource == "status") return store_changed(call, before, status_of(before->body, *object));
  if (before->body.contains("status")) (*object)["status"] = before->body["status"];
  return store_changed(call, before, std::move(*object));
}

outcome<api_answer> answer_patch(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  const auto type = base_media_type(call.request.headers.get("Content-Type").value_or(""));
  if (type != "application/merge-patch+json") return body_type_refused();
  const auto patch = read_body(call);
  if (!patch) return patch.error();
  if (!patch->is_object()) return bad_request("a merge patch must be an object");
  const object_ptr before = call.state.store.find(*call.type, call.object_namespace(), asked.name);
  if (!before) return not_found(*call.type, asked.name);
  json object = before->body;
  merge_patch(object, *patch);
  // An unconditional patch always meets the current version; one that names a version insists on it.
  if (value_at(*patch, {"metadata", "resourceVersion"}).is_null()) {
    object["metadata"]["resourceVersion"] = before->body["metadata"]["resourceVersion"];
  }
  for (const char* field : {"name", "namespace"}) {
    if (value_at(object, {"metadata", field}) == value_at(before->body, {"metadata", field})) continue;
    return bad_request(std::string{"the "} + field + " of the object does not match the " + field +
                       " on the URL");
  }
  if (asked.subresource == "status") {
    const json version = object["metadata"]["resourceVersion"];
    object = status_of(before->body, object);
    object["metadata"]["resourceVersion"] = version;
  } else if (before->body.contains("status")) {
    object["status"] = before->body["status"];
  }
  return store_changed(call, before, std::move(object));
}

outcome<api_answer> answer_delete(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  if (asked.verb == "deletecollection") return delete_collection(call);
  const auto body = read_body(call);
  if (!body) return body.error();
  const object_ptr before = call.state.store.find(*call.type, call.object_namespace(), asked.name);
  if (!before) return not_found(*call.type, asked.name);
  if (const auto checked = check_preconditions(call, *body, before->body); !checked) return checked.error();
  object_ptr last = before;
  if (!is_dry_run(call)) {
    const auto removed = call.state.store.remove(*call.type, call.object_namespace(), asked.name);
    if (removed) last = *removed;
  }
  if (answers_deleted_object(*call.type)) return object_answer(call, 200, last->body);
  return json_answer(200, deleted_status(call, last->body));
}

}  // namespace kitfox::kube
