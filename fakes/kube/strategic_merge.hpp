#pragma once
#include "fakes/kube/api_schema.hpp"
#include "fakes/kube/status_error.hpp"

namespace kitfox::kube {

/// Applies a strategic merge patch (k8s.io/apimachinery/pkg/util/strategicpatch) with its directives $patch,
/// $deleteFromPrimitiveList, $setElementOrder and $retainKeys. `message` declares how lists merge; null: all
/// are replaced. Errors: 400 where an element of a list has no merge key.
[[nodiscard]] outcome<json> apply_strategic_merge(json target, const json& patch,
                                                  const schema_message* message);

}  // namespace kitfox::kube
