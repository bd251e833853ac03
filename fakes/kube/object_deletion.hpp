#pragma once
#include <cstdint>
#include <optional>

#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

struct deletion_options {
  enum class propagation { background, foreground, orphan };
  propagation dependents = propagation::background;
  std::optional<std::int64_t> grace_s;  ///< Nothing: what the pod says.
};

/// How a deletion began.
struct deletion_result {
  object_ptr object;     ///< Its last or its present state.
  bool removed = false;  ///< Else it stays, marked, until its finalizers or its kubelet are done.
};

/// Removes an object, or marks it where finalizers, a grace period or the content of a namespace hold it.
[[nodiscard]] deletion_result delete_object(api_server::state& state, const resource_type& type,
                                            const object_ptr& before, const deletion_options& options,
                                            runtime::wall_time now);
/// What delete_object() would do, as the object would then be; nothing is stored.
[[nodiscard]] json marked_for_deletion(const resource_type& type, const json& object,
                                       const deletion_options& options, runtime::wall_time now);
/// Removes an object that is marked and that nothing holds any more.
void finish_deletion(api_server::state& state, const resource_type& type, const object_ptr& object);

}  // namespace kitfox::kube
