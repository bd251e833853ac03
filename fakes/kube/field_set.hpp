#pragma once
#include <string>
#include <vector>

#include "fakes/kube/api_schema.hpp"
#include "fakes/kube/json.hpp"

namespace kitfox::kube {

/// Sets of fields in the form of metadata.managedFields' FieldsV1 (structured-merge-diff): an object whose
/// keys are "f:name", "k:{...}" for an element of a list, "v:value" for an element of a set, and "." for the
/// element itself; an empty object is a leaf. What an object of that message says, but for what identifies
/// it: kind, apiVersion, name, namespace and what only the server writes.
[[nodiscard]] json fields_of(const json& object, const schema_message* message);
/// The same with "." for every object and map in it, as updates own them: what an object of Go's holds by
/// value is there before anybody says it, what it holds by pointer or as a map is not.
[[nodiscard]] json fields_with_parents(const json& object, const schema_message* message);

[[nodiscard]] json fields_union(const json& left, const json& right);
[[nodiscard]] json fields_intersection(const json& left, const json& right);
[[nodiscard]] json fields_difference(const json& left, const json& right);

/// Of `fields`, those whose values are not the same in both objects.
[[nodiscard]] json fields_changed(const json& fields, const json& before, const json& after,
                                  const schema_message* message);
/// Takes the fields out of the object.
void remove_fields(json& object, const json& fields, const schema_message* message);
/// Puts what `patch` says into `object`: objects and lists with keys merge, sets unite, all else is replaced.
void merge_fields(json& object, const json& patch, const schema_message* message);
/// As conflicts name them: ".spec.containers[name=\"c\"].image".
[[nodiscard]] std::vector<std::string> field_paths(const json& fields);

}  // namespace kitfox::kube
