#include "fakes/kube/api_state.hpp"
#include "fakes/kube/metrics_api.hpp"
#include "fakes/kube/write_path.hpp"

namespace kitfox::kube {

namespace {

outcome<api_answer> route_subresource(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  const auto sub = find_subresource(*call.type, asked.subresource);
  if (!sub) return no_such_path();
  const std::string& method = call.request.method;
  if (sub->name == "log") return method == "GET" ? answer_log(call) : method_not_allowed();
  if (sub->name == "token") return method == "POST" ? answer_token_request(call) : method_not_allowed();
  if (sub->name == "exec" || sub->name == "attach" || sub->name == "portforward") {
    return bad_request("Upgrade request required");
  }
  if (sub->name == "scale") {
    const bool known = method == "GET" || method == "PUT" || method == "PATCH";
    return known ? answer_scale(call) : method_not_allowed();
  }
  if (sub->name == "eviction") return method == "POST" ? answer_eviction(call) : method_not_allowed();
  if (sub->name == "finalize") return method == "PUT" ? answer_finalize(call) : method_not_allowed();
  if (sub->name != "status") return method_not_allowed();
  if (method == "GET") return answer_get(call);
  if (method == "PUT") return answer_update(call);
  return method == "PATCH" ? answer_patch(call) : method_not_allowed();
}

outcome<api_answer> route_collection(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  const std::string& method = call.request.method;
  const bool everywhere = call.type->scope == resource_scope::namespaced && asked.ns.empty();
  if (method == "GET") {
    const bool watch = asked.verb == "watch";
    if (!call.type->allows(watch ? "watch" : "list")) return method_not_allowed();
    return watch ? answer_watch(call) : answer_list(call);
  }
  if (everywhere) return method_not_allowed();
  if (method == "POST" && call.type->allows("create")) {
    return is_review(*call.type) ? answer_review(call) : answer_create(call);
  }
  if (method == "DELETE" && call.type->allows("deletecollection")) return answer_delete(call);
  return method_not_allowed();
}

outcome<api_answer> route_object(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  if (call.type->scope == resource_scope::namespaced && asked.ns.empty()) return no_such_path();
  if (is_review(*call.type)) return no_such_path();
  const std::string& method = call.request.method;
  if (call.info.legacy_watch) return method == "GET" ? answer_watch(call) : method_not_allowed();
  if (method == "GET") return answer_get(call);
  if (method == "PUT") return answer_update(call);
  if (method == "PATCH") return answer_patch(call);
  if (method == "DELETE") return answer_delete(call);
  return method_not_allowed();
}

/// The path puts a kind of the cluster into a namespace; a namespace alone is inside of itself.
bool is_misplaced(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  if (call.type->scope == resource_scope::namespaced || asked.ns.empty()) return false;
  return call.type->kind != "Namespace" || asked.ns != asked.name;
}

bool knows_group(std::string_view group) {
  for (const group_version& entry : group_versions()) {
    if (entry.group == group) return true;
  }
  return false;
}

}  // namespace

outcome<api_answer> route(const api_call& call) {
  if (!call.info.attributes.is_resource) return answer_path(call);
  if (call.type == nullptr) {
    const bool metrics = call.info.attributes.api_group == metrics_group;
    if (metrics && serves_metrics(call.state.options)) return answer_metrics(call);
    if (knows_group(call.info.attributes.api_group)) return no_such_path();
    return text_answer(404, "404 page not found\n");
  }
  if (is_misplaced(call)) return no_such_path();
  switch (call.info.part_count) {
    case 1:
      return route_collection(call);
    case 2:
      return route_object(call);
    case 3:
      return route_subresource(call);
    default:
      return no_such_path();
  }
}

}  // namespace kitfox::kube
