#include "fakes/kube/disruption_budgets.hpp"
#include "fakes/kube/label_selector.hpp"
#include "fakes/kube/object_deletion.hpp"
#include "fakes/kube/write_path.hpp"

namespace kitfox::kube {

namespace {

json scale_of(const json& object) {
  json metadata = object["metadata"];
  for (const char* field :
       {"labels", "annotations", "managedFields", "generation", "ownerReferences", "finalizers"}) {
    metadata.erase(field);
  }
  const std::string selector = print_label_selector(value_at(object, {"spec", "selector"}));
  return {{"kind", "Scale"},
          {"apiVersion", "autoscaling/v1"},
          {"metadata", std::move(metadata)},
          {"spec", {{"replicas", number_at(object, {"spec", "replicas"})}}},
          {"status", {{"replicas", number_at(object, {"status", "replicas"})}, {"selector", selector}}}};
}

outcome<json> read_scale(const api_call& call, const json& current) {
  if (call.request.method == "PUT") return read_body(call);
  const auto patch = parse_json(call.request.body);
  if (!patch || !patch->is_object()) return bad_request("a patch of a scale must be an object");
  const auto type = base_media_type(call.request.headers.get("Content-Type").value_or(""));
  if (type != "application/merge-patch+json" && type != "application/strategic-merge-patch+json")
    return body_type_refused();
  json scale = current;
  scale.merge_patch(*patch);
  return outcome<json>{boost::system::in_place_value, std::move(scale)};
}

}  // namespace

outcome<api_answer> answer_scale(const api_call& call) {
  const std::string& name = call.info.attributes.name;
  const object_ptr before = call.state.store.find(*call.type, call.object_namespace(), name);
  if (!before) return not_found(*call.type, name);
  if (call.request.method == "GET") return json_answer(200, scale_of(before->body));
  if (const auto checked = check_write_options(call, "UpdateOptions"); !checked) return checked.error();
  const auto scale = read_scale(call, scale_of(before->body));
  if (!scale) return scale.error();
  const std::int64_t replicas = number_at(*scale, {"spec", "replicas"});
  if (replicas < 0) {
    return invalid("autoscaling", "Scale", name,
                   {{"FieldValueInvalid",
                     "Invalid value: " + std::to_string(replicas) + ": must be greater than or equal to 0",
                     "spec.replicas"}});
  }
  json object = before->body;
  object["spec"]["replicas"] = replicas;
  object["metadata"]["resourceVersion"] = value_at(*scale, {"metadata", "resourceVersion"});
  auto stored = store_changed(call, before, std::move(object), field_tracking::update);
  if (!stored) return stored.error();
  const object_ptr after = call.state.store.find(*call.type, call.object_namespace(), name);
  return json_answer(200, scale_of(after ? after->body : before->body));
}

outcome<api_answer> answer_eviction(const api_call& call) {
  const std::string& name = call.info.attributes.name;
  const object_ptr pod = call.state.store.find(*call.type, call.object_namespace(), name);
  if (!pod) return not_found(*call.type, name);
  const auto body = read_body(call);
  if (!body) return body.error();
  const std::string_view named = text_at(*body, {"metadata", "name"});
  if (!named.empty() && named != name)
    return bad_request("name in URL does not match name in Eviction object");
  deletion_options options;
  const json& grace = value_at(*body, {"deleteOptions", "gracePeriodSeconds"});
  if (grace.is_number_integer()) options.grace_s = grace.get<std::int64_t>();
  const json& dry_run = value_at(*body, {"deleteOptions", "dryRun"});
  const bool only_asked = is_dry_run(call) || (dry_run.is_array() && !dry_run.empty());
  if (const auto spent = spend_disruption_budget(call, pod->body, only_asked); !spent) return spent.error();
  if (!only_asked) (void)delete_object(call.state, *call.type, pod, options, call.now.wall);
  return json_answer(201, {{"kind", "Status"},
                           {"apiVersion", "v1"},
                           {"metadata", json::object()},
                           {"status", "Success"},
                           {"code", 201}});
}

outcome<api_answer> answer_finalize(const api_call& call) {
  const std::string& name = call.info.attributes.name;
  const object_ptr before = call.state.store.find(*call.type, "", name);
  if (!before) return not_found(*call.type, name);
  const auto body = read_body(call);
  if (!body) return body.error();
  json object = before->body;
  object["spec"]["finalizers"] = value_at(*body, {"spec", "finalizers"});
  const auto stored = call.state.store.replace(*call.type, std::move(object));
  if (!stored) return not_found(*call.type, name);
  finish_deletion(call.state, *call.type, *stored);
  return object_answer(call, 200, (*stored)->body);
}

}  // namespace kitfox::kube
