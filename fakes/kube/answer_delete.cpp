#include <algorithm>
#include <array>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/list_pages.hpp"
#include "fakes/kube/object_deletion.hpp"
#include "fakes/kube/write_path.hpp"

namespace kitfox::kube {

namespace {

// Kinds whose deletion answers with the object instead of a Status.
bool answers_deleted_object(const resource_type& type) {
  constexpr std::array kinds{"Pod",           "Service",          "ServiceAccount",
                             "Namespace",     "PersistentVolume", "PersistentVolumeClaim",
                             "ResourceQuota", "PodTemplate"};
  return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) { return type.kind == kind; });
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
  struct precondition {
    const char* field;
    std::string_view shown, otherwise;
  };
  constexpr std::array known{
      precondition{"uid", "UID", "deleted and then recreated"},
      precondition{"resourceVersion", "ResourceVersion", "modified"},
  };
  for (const precondition& one : known) {
    const std::string_view wanted = text_at(body, {"preconditions", one.field});
    const std::string_view actual = text_at(object, {"metadata", one.field});
    if (wanted.empty() || wanted == actual) continue;
    const std::string shown{one.shown};
    status_error failure =
        conflict(*call.type, call.info.attributes.name,
                 "the " + shown + " in the precondition (" + std::string{wanted} + ") does not match the " +
                     shown + " in record (" + std::string{actual} + "). The object might have been " +
                     std::string{one.otherwise});
    // Here it is the kind that is named.
    failure.kind = call.type->kind;
    const std::string plural = "on " + call.type->group_resource() + " ";
    if (const std::size_t at = failure.message.find(plural); at != std::string::npos) {
      std::string kind{call.type->kind};
      if (!call.type->group.empty()) kind.append(".").append(call.type->group);
      failure.message.replace(at, plural.size(), "on " + kind + " ");
    }
    return failure;
  }
  return {};
}

/// From the body, where it says nothing from the query. Errors: 422.
outcome<deletion_options> read_options(const api_call& call, const json& body) {
  deletion_options options;
  std::string policy{text_at(body, {"propagationPolicy"})};
  if (policy.empty()) policy = call.info.target.get("propagationPolicy").value_or("");
  if (policy == "Foreground") options.dependents = deletion_options::propagation::foreground;
  if (policy == "Orphan") options.dependents = deletion_options::propagation::orphan;
  if (!policy.empty() && policy != "Foreground" && policy != "Orphan" && policy != "Background") {
    return invalid("meta.k8s.io", "DeleteOptions", "",
                   {{"FieldValueNotSupported",
                     "Unsupported value: " + go_quote(policy) +
                         ": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
                     "propagationPolicy"}});
  }
  const json& grace = value_at(body, {"gracePeriodSeconds"});
  if (grace.is_number_integer()) options.grace_s = grace.get<std::int64_t>();
  if (!options.grace_s)
    options.grace_s = go_parse_int(call.info.target.get("gracePeriodSeconds").value_or(""));
  return options;
}

outcome<void> admit_namespace_deletion(const api_call& call, const json& object) {
  if (call.type->kind != "Namespace") return {};
  const std::string& name = call.info.attributes.name;
  if (name == "default" || name == "kube-system" || name == "kube-public") {
    return forbidden_object(*call.type, name, "this namespace may not be deleted");
  }
  if (text_at(object, {"metadata", "deletionTimestamp"}).empty()) return {};
  return conflict(*call.type, name,
                  "The system is ensuring all content is removed from this namespace.  Upon completion, this "
                  "namespace will automatically be purged by the system.");
}

outcome<api_answer> delete_collection(const api_call& call, const deletion_options& options, bool dry_run) {
  const auto selected =
      parse_list_options(*call.type, call.info.target, list_or_watch::list, call.state.options.watch_list);
  if (!selected) return selected.error();
  const auto page = list_objects(call.state.store, *call.type, call.object_namespace(), *selected);
  if (!page) return page.error();
  json items = json::array();
  for (const kept_ptr& kept : page->items) {
    const object_ptr object = kept->open();
    // As they were listed, in the form of list items.
    json item = object->body;
    for (const char* field : {"kind", "apiVersion"}) item.erase(field);
    items.push_back(std::move(item));
    if (!dry_run) static_cast<void>(delete_object(call.state, *call.type, object, options, call.now.wall));
  }
  return json_answer(200, {{"kind", call.type->list_kind()},
                           {"apiVersion", call.type->api_version()},
                           {"metadata", {{"resourceVersion", std::to_string(call.state.store.revision())}}},
                           {"items", std::move(items)}});
}

}  // namespace

outcome<api_answer> answer_delete(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  if (const auto checked = check_write_options(call, "DeleteOptions"); !checked) return checked.error();
  const auto body = read_body(call);
  if (!body) return body.error();
  const auto options = read_options(call, *body);
  if (!options) return options.error();
  const json& body_dry_run = value_at(*body, {"dryRun"});
  const bool dry_run = is_dry_run(call) || (body_dry_run.is_array() && !body_dry_run.empty());
  if (asked.verb == "deletecollection") return delete_collection(call, *options, dry_run);
  const object_ptr before = call.state.store.find(*call.type, call.object_namespace(), asked.name);
  if (!before) return not_found(*call.type, asked.name);
  if (const auto checked = check_preconditions(call, *body, before->body); !checked) return checked.error();
  if (const auto checked = admit_namespace_deletion(call, before->body); !checked) return checked.error();
  if (dry_run) {
    if (!answers_deleted_object(*call.type)) return json_answer(200, deleted_status(call, before->body));
    return object_answer(call, 200, marked_for_deletion(*call.type, before->body, *options, call.now.wall));
  }
  const deletion_result result = delete_object(call.state, *call.type, before, *options, call.now.wall);
  if (!result.removed) return object_answer(call, 200, result.object->body);
  if (!answers_deleted_object(*call.type)) return json_answer(200, deleted_status(call, result.object->body));
  json last = marked_for_deletion(*call.type, result.object->body, *options, call.now.wall);
  return object_answer(call, 200, call.type->kind == "Pod" ? last : before->body);
}

}  // namespace kitfox::kube
