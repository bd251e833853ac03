#pragma once
#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

/// Whether kube-apiserver would store it, as far as names, containers and selectors of workloads go.
/// Errors: 422 in its words.
[[nodiscard]] outcome<void> validate_object(const resource_type& type, const json& object);
/// Refuses fields that the kind does not have where the client asked for that (fieldValidation=Strict, which
/// kubectl 1.25 and newer send), and values of another type than the field's always. Errors: 400.
[[nodiscard]] outcome<void> check_strictly(const api_call& call, const json& object);

}  // namespace kitfox::kube
