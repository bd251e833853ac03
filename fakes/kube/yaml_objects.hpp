#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fakes/kube/errc.hpp"
#include "fakes/kube/json.hpp"
#include "fakes/kube/pod_logs.hpp"
#include "fakes/kube/resource_catalog.hpp"

namespace kitfox::kube {

struct yaml_limits {
  std::size_t bytes_max = 16 * 1024 * 1024;
  std::size_t values_max = 1'000'000;  ///< Scalars, keys and collections, aliases expanded each time.
};

/// One Kubernetes object of a file.
struct loaded_object {
  const resource_type* type = nullptr;
  json body;
  int line = 0;  ///< Where its document starts.
};

/// Log text of a pod: a document of apiVersion kitfox.dev/v1 and kind PodLog (see README.md).
struct loaded_log {
  log_name name;
  std::string text;
  runtime::wall_time start;
  runtime::duration step{0};
  bool open = false;
};

struct loaded_file {
  std::vector<loaded_object> objects;  ///< In order; lists are taken apart.
  std::vector<loaded_log> logs;
};

/// Converts one or many YAML documents to JSON as the Kubernetes tools do (YAML 1.1: `y`, `no` and `on` are
/// booleans, 0644 is octal). Errors: errc::not_yaml, yaml_too_large, nesting_too_deep, with a place in
/// `where`.
[[nodiscard]] runtime::result<std::vector<std::pair<json, int>>> yaml_to_json(std::string_view text,
                                                                              diagnostics& where,
                                                                              yaml_limits limits = {});

/// Reads a file of plain Kubernetes YAML. A namespaced object without a namespace belongs to "default".
/// Nothing is stored yet. Errors, beside those above: errc::not_an_object, unknown_kind, wrong_scope,
/// not_a_string; `where` then names the line.
[[nodiscard]] runtime::result<loaded_file> load_objects(std::string_view text, diagnostics& where,
                                                        yaml_limits limits = {});

}  // namespace kitfox::kube
