#include "fakes/kube/api_state.hpp"
#include "fakes/kube/go_text.hpp"
#include "fakes/kube/object_defaults.hpp"
#include "fakes/kube/object_deletion.hpp"
#include "fakes/kube/object_validation.hpp"
#include "fakes/kube/rbac_escalation.hpp"
#include "fakes/kube/write_path.hpp"

namespace kitfox::kube {

namespace {

outcome<json> ok(json value) { return outcome<json>{boost::system::in_place_value, std::move(value)}; }

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? "" : api_version.substr(0, slash);
}

// Kinds that a PUT creates where they are missing.
bool allows_create_on_update(const resource_type& type) {
  return type.group == "rbac.authorization.k8s.io" || type.kind == "Lease" || type.kind == "Event" ||
         type.kind == "Service" || type.kind == "Endpoints" || type.kind == "LimitRange";
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

std::string api_path_of(const api_call& call) {
  std::string path = "/registry/" + std::string{call.type->plural} + "/";
  if (!call.object_namespace().empty()) path.append(call.object_namespace()).append("/");
  return path + call.info.attributes.name;
}

outcome<void> check_same_object(const api_call& call, const json& before, const json& object) {
  const std::string& name = call.info.attributes.name;
  const std::string_view uid = text_at(object, {"metadata", "uid"});
  const std::string_view known = text_at(before, {"metadata", "uid"});
  if (!uid.empty() && uid != known) {
    return conflict(
        *call.type, name,
        "StorageError: invalid object, Code: 4, Key: " + api_path_of(call) +
            ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " +
            std::string{uid} + ", UID in object meta: " + std::string{known});
  }
  const std::string_view version = text_at(object, {"metadata", "resourceVersion"});
  if (version.empty() || version == text_at(before, {"metadata", "resourceVersion"})) return {};
  return conflict(
      *call.type, name,
      "the object has been modified; please apply your changes to the latest version and try again");
}

outcome<void> check_role_reference(const api_call& call, const json& before, const json& object) {
  if (value_at(object, {"roleRef"}) == value_at(before, {"roleRef"})) return {};
  const std::string why = "Invalid value: rbac.RoleRef{APIGroup:\"" +
                          std::string{text_at(object, {"roleRef", "apiGroup"})} + "\", Kind:\"" +
                          std::string{text_at(object, {"roleRef", "kind"})} + "\", Name:\"" +
                          std::string{text_at(object, {"roleRef", "name"})} + "\"}: cannot change roleRef";
  return invalid(call.type->group, call.type->kind, call.info.attributes.name,
                 {{"FieldValueInvalid", why, "roleRef"}});
}

outcome<void> check_namespace(const api_call& call, std::string_view name) {
  if (call.type->scope != resource_scope::namespaced) return {};
  const std::string& ns = call.info.attributes.ns;
  const resource_type& namespaces = *find_resource("", "v1", "namespaces");
  const object_ptr found = call.state.store.find(namespaces, "", ns);
  if (!found) return not_found(namespaces, ns);
  if (text_at(found->body, {"metadata", "deletionTimestamp"}).empty()) return {};
  status_error refusal =
      forbidden_object(*call.type, name,
                       "unable to create new content in namespace " + ns + " because it is being terminated");
  refusal.causes.push_back(
      {"NamespaceTerminating", "namespace " + ns + " is being terminated", "metadata.namespace"});
  return refusal;
}

}  // namespace

bool is_dry_run(const api_call& call) { return call.info.target.get("dryRun") == "All"; }

outcome<void> check_write_options(const api_call& call, std::string_view kind) {
  const auto dry = call.info.target.get("dryRun");
  if (!dry || dry->empty() || *dry == "All") return {};
  return invalid(
      "meta.k8s.io", kind, "",
      {{"FieldValueNotSupported",
        "Unsupported value: []string{" + go_quote(*dry) + "}: supported values: \"All\"", "dryRun"}});
}

field_writer manager_of(const api_call& call) {
  field_writer writer{"unknown", call.type->api_version(), call.now.wall};
  if (const auto named = call.info.target.get("fieldManager"); named && !named->empty()) {
    writer.name = *named;
  } else if (const auto agent = call.request.headers.get("User-Agent"); agent && !agent->empty()) {
    writer.name = std::string{agent->substr(0, agent->find('/'))};
  }
  return writer;
}

/// Maps that Go leaves out when they are empty.
void drop_empty_maps(json& object) {
  const auto drop = [](json& from, const char* field) {
    const auto found = from.find(field);
    if (found != from.end() && found->is_structured() && found->empty()) from.erase(found);
  };
  for (const char* field : {"labels", "annotations"}) drop(object["metadata"], field);
  for (const char* field : {"data", "binaryData"}) drop(object, field);
}

outcome<api_answer> store_new(const api_call& call, json object, field_tracking tracking) {
  const std::string name{text_at(object, {"metadata", "name"})};
  if (const auto checked = check_namespace(call, name); !checked) return checked.error();
  apply_defaults(*call.type, object);
  drop_empty_maps(object);
  if (const auto checked = check_binding(call, object); !checked) return checked.error();
  if (const auto checked = check_escalation(call, object); !checked) return checked.error();
  if (const auto checked = validate_object(*call.type, object); !checked) return checked.error();
  if (call.state.store.find(*call.type, call.object_namespace(), name))
    return already_exists(*call.type, name);
  for (const char* field : {"deletionTimestamp", "deletionGracePeriodSeconds"})
    object["metadata"].erase(field);
  if (tracking == field_tracking::update)
    note_update(json{}, object, manager_of(call), message_of(*call.type));
  complete_new(*call.type, object);
  if (is_dry_run(call))
    return object_answer(call, 201,
                         call.state.store.as_created(*call.type, std::move(object), call.now.wall));
  const auto stored = call.state.store.create(*call.type, std::move(object), call.now.wall);
  if (!stored) return internal(stored.error().message());
  return object_answer(call, 201, (*stored)->body);
}

outcome<api_answer> store_changed(const api_call& call, const object_ptr& before, json object,
                                  field_tracking tracking) {
  if (const auto checked = check_same_object(call, before->body, object); !checked) return checked.error();
  if (const auto checked = check_strictly(call, object); !checked) return checked.error();
  apply_defaults(*call.type, object);
  complete_new(*call.type, object);
  drop_empty_maps(object);
  if (call.type->group == "rbac.authorization.k8s.io") {
    if (const auto checked = check_escalation(call, object); !checked) return checked.error();
    if (const auto checked = check_role_reference(call, before->body, object); !checked)
      return checked.error();
  }
  if (const auto checked = validate_object(*call.type, object); !checked) return checked.error();
  if (tracking == field_tracking::update)
    note_update(before->body, object, manager_of(call), message_of(*call.type));
  if (is_dry_run(call))
    return object_answer(call, 200, object_store::as_replaced(*call.type, before->body, std::move(object)));
  const auto stored = call.state.store.replace(*call.type, std::move(object));
  if (!stored) return not_found(*call.type, call.info.attributes.name);
  finish_deletion(call.state, *call.type, *stored);
  return object_answer(call, 200, (*stored)->body);
}

json with_status_of(json object, const json& from) {
  const json& status = value_at(from, {"status"});
  if (status.is_null()) {
    object.erase("status");
  } else {
    object["status"] = status;
  }
  return object;
}

outcome<api_answer> answer_create(const api_call& call) {
  if (const auto checked = check_write_options(call, "CreateOptions"); !checked) return checked.error();
  auto object = read_object(call);
  if (!object) return object.error();
  const std::string_view kind = text_at(*object, {"kind"});
  if (!kind.empty() && kind != call.type->kind) {
    const std::string version{text_at(*object, {"apiVersion"})};
    const std::string known = find_kind(group_of(version), kind) == nullptr
                                  ? "no kind " + go_quote(kind) + " is registered for version " +
                                        go_quote(version) +
                                        " in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
                                  : "converting (" + version + "." + std::string{kind} + ") to (core." +
                                        std::string{call.type->kind} + "): unknown conversion";
    const std::string bare = version.substr(version.find('/') + 1);
    return bad_request(std::string{kind} + " in version " + go_quote(bare) + " cannot be handled as a " +
                       std::string{call.type->kind} + ": " + known);
  }
  if (const auto checked = check_version(call, *object); !checked) return checked.error();
  if (const auto checked = check_strictly(call, *object); !checked) return checked.error();
  if (const auto named = name_new_object(call, *object); !named) return named.error();
  if (call.type->kind == "Node") taint_new_node(*object);
  return store_new(call, std::move(*object), field_tracking::update);
}

outcome<api_answer> answer_update(const api_call& call) {
  if (const auto checked = check_write_options(call, "UpdateOptions"); !checked) return checked.error();
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
  // A uid is a precondition, and of nothing it is none.
  if (!before && !text_at(*object, {"metadata", "uid"}).empty())
    return check_same_object(call, json::object(), *object).error();
  if (!before && asked.subresource.empty() && allows_create_on_update(*call.type)) {
    return store_new(call, std::move(*object), field_tracking::update);
  }
  if (!before) return not_found(*call.type, asked.name);
  if (asked.subresource == "status") {
    json changed = with_status_of(before->body, *object);
    changed["metadata"]["resourceVersion"] = value_at(*object, {"metadata", "resourceVersion"});
    return store_changed(call, before, std::move(changed), field_tracking::update);
  }
  return store_changed(call, before, with_status_of(std::move(*object), before->body),
                       field_tracking::update);
}

}  // namespace kitfox::kube
