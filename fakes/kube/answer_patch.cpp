#include "fakes/kube/api_schema.hpp"
#include "fakes/kube/go_text.hpp"
#include "fakes/kube/object_validation.hpp"
#include "fakes/kube/strategic_merge.hpp"
#include "fakes/kube/write_path.hpp"
#include "fakes/kube/yaml_objects.hpp"

namespace kitfox::kube {

namespace {

constexpr std::string_view merge_type = "application/merge-patch+json";
constexpr std::string_view json_type = "application/json-patch+json";
constexpr std::string_view strategic_type = "application/strategic-merge-patch+json";
constexpr std::string_view apply_type = "application/apply-patch+yaml";

/// As many operations as kube-apiserver takes in one JSON patch.
constexpr std::size_t patch_operations_max = 10'000;

outcome<json> patched(json value) { return outcome<json>{boost::system::in_place_value, std::move(value)}; }

status_error no_json_patch() {
  status_error failure;
  failure.message = "Invalid JSON Patch";
  return failure;
}

status_error patch_rejected() {
  status_error failure;
  failure.code = 422;
  failure.reason = "Invalid";
  failure.message = "the server rejected our request due to an error in our request";
  failure.details = status_error::details_shape::present;
  return failure;
}

outcome<json> apply_json_patch(const json& object, const json& patch) {
  if (!patch.is_array()) return no_json_patch();
  if (patch.size() > patch_operations_max) {
    status_error failure = body_too_large();
    failure.message = "Request entity too large: the allowed maximum operations in a JSON patch is " +
                      std::to_string(patch_operations_max) + ", got " + std::to_string(patch.size());
    return failure;
  }
  // The server's library takes "replace" for a member that is not there, and adds it.
  json operations = patch;
  for (json& one : operations) {
    if (text_at(one, {"op"}) != "replace" || !one.contains("path") || !one["path"].is_string()) continue;
    const auto& path = one["path"].get_ref<const std::string&>();
    const bool element = path.find_last_of("0123456789-") == path.size() - 1 &&
                         path.rfind('/') != std::string::npos &&
                         path.find_first_not_of("0123456789-", path.rfind('/') + 1) == std::string::npos;
    if (!path.empty() && !element) one["op"] = "add";
  }
  try {
    return patched(object.patch(operations));
  } catch (const json::exception&) {  // the library has no other way to say that a path leads nowhere
    return patch_rejected();
  }
}

outcome<json> apply_patch(const api_call& call, std::string_view type, const json& object) {
  const auto patch = parse_json(call.request.body);
  if (!patch) return no_json_patch();
  if (type == json_type) return apply_json_patch(object, *patch);
  if (!patch->is_object()) return bad_request("a merge patch must be an object");
  if (type == strategic_type) return apply_strategic_merge(object, *patch, message_of(*call.type));
  json out = object;
  out.merge_patch(*patch);
  return patched(std::move(out));
}

outcome<void> check_identity(const json& before, const json& object) {
  for (const char* field : {"name", "namespace"}) {
    if (value_at(object, {"metadata", field}) == value_at(before, {"metadata", field})) continue;
    return bad_request(std::string{"the "} + field + " of the object does not match the " + field +
                       " on the URL");
  }
  return {};
}

outcome<json> read_configuration(const api_call& call) {
  diagnostics where;
  auto documents = yaml_to_json(call.request.body, where, call.state.options.limits.yaml);
  if (!documents) return bad_request("error decoding YAML: " + where.text());
  if (documents->size() != 1 || !documents->front().first.is_object()) {
    return bad_request("error decoding YAML: one object is needed");
  }
  return patched(std::move(documents->front().first));
}

outcome<void> check_configuration(const api_call& call, const json& configuration) {
  if (!value_at(configuration, {"metadata"}).is_object()) return bad_request("metadata is not an object");
  if (const json& managers = value_at(configuration, {"metadata", "managedFields"});
      managers.is_array() && !managers.empty()) {
    return bad_request("metadata.managedFields must be nil");
  }
  const std::string_view name = text_at(configuration, {"metadata", "name"});
  if (!name.empty() && name != call.info.attributes.name) {
    return bad_request("name in URL does not match name in the configuration");
  }
  if (text_at(configuration, {"apiVersion"}) != call.type->api_version() ||
      text_at(configuration, {"kind"}) != call.type->kind) {
    return bad_request("the configuration must be of apiVersion " + call.type->api_version() + " and kind " +
                       std::string{call.type->kind});
  }
  return {};
}

outcome<api_answer> answer_apply(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  const auto manager = call.info.target.get("fieldManager");
  if (!manager || manager->empty()) {
    return invalid("meta.k8s.io", "PatchOptions", "",
                   {{"FieldValueRequired", "Required value: is required for apply patch", "fieldManager"}});
  }
  auto configuration = read_configuration(call);
  if (!configuration) return configuration.error();
  if (const auto checked = check_configuration(call, *configuration); !checked) return checked.error();
  (*configuration)["metadata"]["name"] = asked.name;
  if (!call.object_namespace().empty()) (*configuration)["metadata"]["namespace"] = call.object_namespace();
  const object_ptr before = call.state.store.find(*call.type, call.object_namespace(), asked.name);
  const bool force = go_query_flag(call.info.target.get("force"));
  auto object = apply_configuration(before ? before->body : json{}, *configuration, manager_of(call),
                                    force ? apply_force::yes : apply_force::no, message_of(*call.type));
  if (!object) return object.error();
  if (const auto checked = check_strictly(call, *object); !checked) return checked.error();
  if (!before) {
    object->erase("status");
    return store_new(call, std::move(*object), field_tracking::applied);
  }
  if (asked.subresource == "status") *object = with_status_of(before->body, *object);
  if (asked.subresource.empty()) *object = with_status_of(std::move(*object), before->body);
  return store_changed(call, before, std::move(*object), field_tracking::applied);
}

}  // namespace

outcome<api_answer> answer_patch(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  if (const auto checked = check_write_options(call, "PatchOptions"); !checked) return checked.error();
  if (call.request.body.size() > call.state.options.limits.body_bytes_max) return body_too_large();
  const auto type = base_media_type(call.request.headers.get("Content-Type").value_or(""));
  if (type == apply_type) return answer_apply(call);
  if (type != merge_type && type != json_type && type != strategic_type) return body_type_refused();
  const object_ptr before = call.state.store.find(*call.type, call.object_namespace(), asked.name);
  if (!before) return not_found(*call.type, asked.name);
  auto object = apply_patch(call, type, before->body);
  if (!object) return object.error();
  if (!object->is_object() || !value_at(*object, {"metadata"}).is_object()) return patch_rejected();
  // A patch meets the current version, unless it names one itself.
  if (text_at(*object, {"metadata", "resourceVersion"}).empty()) {
    (*object)["metadata"]["resourceVersion"] = before->body["metadata"]["resourceVersion"];
  }
  if (const auto checked = check_identity(before->body, *object); !checked) return checked.error();
  if (asked.subresource == "status") {
    const json version = (*object)["metadata"]["resourceVersion"];
    object = patched(with_status_of(before->body, *object));
    (*object)["metadata"]["resourceVersion"] = version;
  } else {
    object = patched(with_status_of(std::move(*object), before->body));
  }
  return store_changed(call, before, std::move(*object), field_tracking::update);
}

}  // namespace kitfox::kube
