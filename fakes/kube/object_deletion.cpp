#include "fakes/kube/object_deletion.hpp"

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

namespace {

bool has_entries(const json& list) { return list.is_array() && !list.empty(); }

bool is_held(const json& object) {
  if (has_entries(value_at(object, {"metadata", "finalizers"}))) return true;
  return object["kind"] == "Namespace" && has_entries(value_at(object, {"spec", "finalizers"}));
}

// A pod that no node runs, or that ran to its end, has nothing to be waited for.
std::int64_t grace_of(const json& object, const deletion_options& options) {
  if (object["kind"] != "Pod") return 0;
  const std::string_view phase = text_at(object, {"status", "phase"});
  if (text_at(object, {"spec", "nodeName"}).empty() || phase == "Succeeded" || phase == "Failed") return 0;
  return options.grace_s.value_or(number_at(object, {"spec", "terminationGracePeriodSeconds"}, 30));
}

void add_finalizer(json& object, const char* name) {
  json& list = object["metadata"]["finalizers"];
  if (!list.is_array()) list = json::array();
  for (const json& entry : list) {
    if (entry == name) return;
  }
  list.push_back(name);
}

}  // namespace

json marked_for_deletion(const resource_type& type, const json& object, const deletion_options& options,
                         runtime::wall_time now) {
  json marked = object;
  const std::int64_t grace = grace_of(object, options);
  json& metadata = marked["metadata"];
  metadata["deletionTimestamp"] = print_time(now + std::chrono::seconds{grace});
  if (type.kind == "Namespace") {
    marked["status"]["phase"] = "Terminating";
  } else {
    metadata["deletionGracePeriodSeconds"] = grace;
  }
  if (options.dependents == deletion_options::propagation::foreground)
    add_finalizer(marked, "foregroundDeletion");
  if (options.dependents == deletion_options::propagation::orphan) add_finalizer(marked, "orphan");
  return marked;
}

deletion_result delete_object(api_server::state& state, const resource_type& type, const object_ptr& before,
                              const deletion_options& options, runtime::wall_time now) {
  json marked = marked_for_deletion(type, before->body, options, now);
  const bool stays = is_held(marked) || number_at(marked, {"metadata", "deletionGracePeriodSeconds"}) > 0;
  if (stays) {
    const bool again = !text_at(before->body, {"metadata", "deletionTimestamp"}).empty();
    if (again && is_held(before->body)) return {before, false};
    const auto stored = state.store.mark_deleted(type, std::move(marked));
    return {stored ? *stored : before, false};
  }
  const json& metadata = before->body["metadata"];
  const auto removed =
      state.store.remove(type, text_at(metadata, {"namespace"}), text_at(metadata, {"name"}));
  return {removed ? *removed : before, true};
}

void finish_deletion(api_server::state& state, const resource_type& type, const object_ptr& object) {
  const json& metadata = object->body["metadata"];
  if (text_at(metadata, {"deletionTimestamp"}).empty() || is_held(object->body)) return;
  if (number_at(metadata, {"deletionGracePeriodSeconds"}) > 0) return;  // its kubelet's
  // Somebody else may have removed it: that is what is wanted.
  (void)state.store.remove(type, text_at(metadata, {"namespace"}), text_at(metadata, {"name"}));
}

}  // namespace kitfox::kube
