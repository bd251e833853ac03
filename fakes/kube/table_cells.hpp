#pragma once
#include <string>
#include <string_view>

#include "fakes/kube/json.hpp"
#include "fakes/kube/resource_catalog.hpp"
#include "runtime/clock.hpp"

namespace kitfox::kube {

/// One column of a kind's table. Its cell function gets the object and the time to count ages up to.
struct table_column {
  std::string_view name;
  std::string_view type;         ///< "string", "integer", "date", "boolean".
  std::string_view format;       ///< "name" or empty.
  std::string_view description;  ///< One sentence for explain-like tools; kubectl does not show it.
  int priority;                  ///< 0: always shown; 1: with -o wide.
  json (*cell)(const json& object, runtime::wall_time now);
};

/// The columns of pods, and of controllers of pods; empty for other kinds.
[[nodiscard]] std::span<const table_column> workload_columns(const resource_type& type);
/// The columns of all other kinds that have their own; empty for the rest.
[[nodiscard]] std::span<const table_column> cluster_columns(const resource_type& type);

/// metadata.name.
[[nodiscard]] json name_cell(const json& object, runtime::wall_time now);
/// "6m28s" since metadata.creationTimestamp.
[[nodiscard]] json age_cell(const json& object, runtime::wall_time now);
inline constexpr table_column name_column{"Name", "string", "name", "Name of the object.", 0, name_cell};
inline constexpr table_column age_column{"Age", "string", "", "Time since the object was created.",
                                         0,     age_cell};
/// The same since any time; "<unknown>" where it is missing.
[[nodiscard]] std::string age_since(std::string_view time, runtime::wall_time now);
/// "a,b" of the texts, or "<none>".
[[nodiscard]] std::string joined_or_none(const std::vector<std::string>& texts);
/// "key=value,..." of an object of texts, or "<none>".
[[nodiscard]] std::string labels_or_none(const json& labels);

/// What kubectl shows as a pod's STATUS, and the counts beside it (printPod in printers.go).
struct pod_summary {
  std::string status;
  std::int64_t ready = 0, containers = 0, restarts = 0;
};
[[nodiscard]] pod_summary summarize_pod(const json& pod);

}  // namespace kitfox::kube
