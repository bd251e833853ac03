#pragma once
#include <span>
#include <string>
#include <string_view>

#include "fakes/kube/object_store.hpp"
#include "fakes/kube/status_error.hpp"
#include "runtime/clock.hpp"

namespace kitfox::kube {

/// What a Table's rows carry of their objects (query parameter includeObject).
enum class table_objects { metadata, whole, none };

/// Errors: 400 for an unknown policy.
[[nodiscard]] outcome<table_objects> parse_include_object(std::string_view text);

/// `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/VERSION","metadata":{...}}`.
[[nodiscard]] json partial_metadata(const json& object, std::string_view meta_version);
/// The same as JSON.
[[nodiscard]] std::string print_partial_metadata(const kept_object& object, std::string_view meta_version);

/// How rows are made.
struct table_format {
  std::string_view meta_version = "v1";
  table_objects objects = table_objects::metadata;
  runtime::wall_time now;  ///< Ages are counted up to here.
};

/// columnDefinitions for kubectl's columns of a kind (kubernetes v1.20 pkg/printers/internalversion); Name
/// and Created At for kinds without their own.
[[nodiscard]] json table_columns(const resource_type& type);
[[nodiscard]] json table_row(const resource_type& type, const json& object, const table_format& format);
/// JSON of a whole Table. `metadata` is the list's (resourceVersion, continue, remainingItemCount).
[[nodiscard]] std::string print_table(const resource_type& type, const json& metadata,
                                      std::span<const kept_ptr> objects, const table_format& format);

}  // namespace kitfox::kube
