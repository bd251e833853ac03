#pragma once
#include <boost/system/error_category.hpp>
#include <string>

#include "runtime/outcome.hpp"

namespace kitfox::kube {

/// Why the fake API server could not be set up or changed. What clients are told is a status_error instead.
enum class errc {
  /// The text is not JSON; whoever wrote it must correct it.
  not_json = 1,
  /// Objects and arrays are nested deeper than json_nesting_max; whoever wrote it must flatten it.
  nesting_too_deep,
  /// The text is not YAML; whoever wrote it must correct it.
  not_yaml,
  /// The YAML is larger than yaml_limits allows, aliases expanded; split it.
  yaml_too_large,
  /// A YAML 1.1 trap: a key or value that must be a string reads as something else; quote it.
  not_a_string,
  /// A document is not a Kubernetes object: apiVersion, kind or metadata.name is missing or malformed.
  not_an_object,
  /// The fake serves no such apiVersion and kind; see resource_catalog.
  unknown_kind,
  /// A namespaced object has no namespace, or a cluster-scoped one has one.
  wrong_scope,
  /// An object of that kind and name exists already.
  already_exists,
  /// There is no such object.
  not_found,
  /// The store holds store_limits::objects_max objects already.
  store_full,
  /// A rule of a script of faults says something that means nothing; correct the key it names.
  bad_fault,
  /// A file cannot be read or written; check the path and its permissions.
  file_unusable,
  /// A key or certificate could not be made; the cryptographic library refused.
  certificate_failed,
};

const boost::system::error_category& kube_category() noexcept;
inline runtime::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), kube_category()};
}

/// Where and why a text was refused; filled beside an error code.
struct diagnostics {
  std::string file;     ///< As the caller named it.
  int line = 0;         ///< From 1; 0 where there is no place.
  std::string message;  ///< One sentence.

  /// "file:line: message", leaving out what is not known.
  [[nodiscard]] std::string text() const;
};

}  // namespace kitfox::kube

template <>
struct boost::system::is_error_code_enum<kitfox::kube::errc> : std::true_type {};
