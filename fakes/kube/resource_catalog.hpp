#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::kube {

enum class resource_scope { cluster, namespaced };

/// One row of the API: a resource that the fake serves, as Kubernetes 1.20 publishes it in discovery.
/// Rows are static: compare and keep them by address.
struct resource_type {
  std::string_view group;    ///< Empty for the core group.
  std::string_view version;  ///< "v1".
  std::string_view plural;   ///< "pods".
  std::string_view kind;     ///< "Pod".
  resource_scope scope;
  std::string_view verbs;        ///< Sorted, separated by spaces.
  std::string_view short_names;  ///< Separated by spaces.
  std::string_view categories;   ///< Separated by spaces.
  std::string_view storage_hash;
  std::string_view subresources;  ///< "name kind verb,verb;..."; see subresources_of().

  /// "v1" or "apps/v1".
  [[nodiscard]] std::string api_version() const;
  [[nodiscard]] std::string list_kind() const;
  /// "pods" or "deployments.apps", as in error texts.
  [[nodiscard]] std::string group_resource() const;
  [[nodiscard]] bool allows(std::string_view verb) const noexcept;
};

struct subresource_type {
  std::string_view name;   ///< "log".
  std::string_view kind;   ///< "Pod".
  std::string_view group;  ///< With `version`: of the kind, where it is not the resource's own.
  std::string_view version;
  std::vector<std::string_view> verbs;
};

/// One group and version, with its rows.
struct group_version {
  std::string_view group, version;
  std::vector<const resource_type*> resources;
};

/// Every row, core group first.
[[nodiscard]] std::span<const resource_type> all_resources() noexcept;
/// The row of a path; null when the fake does not serve it.
[[nodiscard]] const resource_type* find_resource(std::string_view group, std::string_view version,
                                                 std::string_view plural) noexcept;
/// The row that holds objects of a kind, whatever version of its group they are written in.
[[nodiscard]] const resource_type* find_kind(std::string_view group, std::string_view kind) noexcept;
/// All groups and versions in catalog order.
[[nodiscard]] const std::vector<group_version>& group_versions();
[[nodiscard]] std::vector<subresource_type> subresources_of(const resource_type& type);
[[nodiscard]] std::optional<subresource_type> find_subresource(const resource_type& type,
                                                               std::string_view name);
/// The row whose objects `type` shows: events.k8s.io events are core events in another shape.
[[nodiscard]] const resource_type& stored_as(const resource_type& type) noexcept;

/// The parts of `text` between separators; empty parts are left out.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text, char separator);

}  // namespace kitfox::kube
