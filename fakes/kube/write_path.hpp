#pragma once
#include "fakes/kube/api_state.hpp"
#include "fakes/kube/managed_fields.hpp"

namespace kitfox::kube {

/// Whether metadata.managedFields are still to be told of a write.
enum class field_tracking {
  update,   ///< The writer owns what it changed.
  applied,  ///< They are in the object already.
};

/// The last steps of every write, after the new object is known: checks, defaults, storing, the answer.
/// Private to the handlers that write. Errors: 403, 404 and 409 in the wordings of kube-apiserver, 422 of the
/// content.
[[nodiscard]] outcome<api_answer> store_new(const api_call& call, json object, field_tracking tracking);
/// `object` may name a resourceVersion and a uid, which must be those of `before`.
[[nodiscard]] outcome<api_answer> store_changed(const api_call& call, const object_ptr& before, json object,
                                                field_tracking tracking);

[[nodiscard]] bool is_dry_run(const api_call& call);
/// `kind`: of the options, as errors name it: "CreateOptions". Errors: 422.
[[nodiscard]] outcome<void> check_write_options(const api_call& call, std::string_view kind);
/// From the parameter fieldManager, or from the User-Agent.
[[nodiscard]] field_writer manager_of(const api_call& call);
/// `object` with the status of `from`, or without any.
[[nodiscard]] json with_status_of(json object, const json& from);

/// PUT, PATCH and GET of autoscaling/v1 Scale.
[[nodiscard]] outcome<api_answer> answer_scale(const api_call& call);
/// POST of an Eviction: the pod is deleted, since there are no disruption budgets.
[[nodiscard]] outcome<api_answer> answer_eviction(const api_call& call);
/// PUT of a namespace's finalizers.
[[nodiscard]] outcome<api_answer> answer_finalize(const api_call& call);

}  // namespace kitfox::kube
