#pragma once
#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/kube/json.hpp"
#include "fakes/kube/request_info.hpp"
#include "fakes/kube/resource_catalog.hpp"

namespace kitfox::kube {

/// One entry of a Status' details.causes.
struct status_cause {
  std::string reason;   ///< "FieldValueInvalid".
  std::string message;  ///< Without the field.
  std::string field;    ///< "spec.resourceAttributes".
};

/// A refusal as a Kubernetes client sees it: a metav1.Status with status Failure.
/// The texts are those of kube-apiserver 1.20 (k8s.io/apimachinery/pkg/api/errors).
struct status_error {
  enum class details_shape { absent, present };

  int code = 500;
  std::string reason;  ///< Empty: left out, as for unknown errors.
  std::string message;
  details_shape details = details_shape::absent;
  std::string name, group, kind;  ///< Of the details; empty ones are left out.
  std::vector<status_cause> causes;
  std::optional<std::chrono::seconds> retry_after;  ///< Also sent as header.
  std::string continue_token;                       ///< Of the metadata, for an expired list.

  [[nodiscard]] json body() const;
};

/// A value, or what the client is told instead.
template <class T>
using outcome = boost::system::result<T, status_error>;

/// Never reached: outcomes are checked before use. Boost.System finds it by argument-dependent lookup.
[[noreturn]] void throw_exception_from_error(const status_error& failure, const boost::source_location& at);

[[nodiscard]] status_error unauthorized();
/// `reason`: what the authorizer adds, such as a role that does not exist; may be empty.
[[nodiscard]] status_error forbidden(std::string_view user, const access_attributes& asked,
                                     std::string_view reason);
/// A refusal by admission rather than authorization: `NAMEd is forbidden: why`.
[[nodiscard]] status_error forbidden_object(const resource_type& type, std::string_view name,
                                            std::string_view why);
[[nodiscard]] status_error not_found(const resource_type& type, std::string_view name);
[[nodiscard]] status_error already_exists(const resource_type& type, std::string_view name);
[[nodiscard]] status_error conflict(const resource_type& type, std::string_view name, std::string_view why);
[[nodiscard]] status_error bad_request(std::string message);
/// 422 for an object or option struct of a kind, one cause a field.
[[nodiscard]] status_error invalid(std::string_view group, std::string_view kind, std::string_view name,
                                   std::vector<status_cause> causes);
[[nodiscard]] status_error no_such_path();        ///< 404 "the server could not find the requested resource".
[[nodiscard]] status_error method_not_allowed();  ///< 405, unnamed.
[[nodiscard]] status_error media_type_refused();  ///< 406 of a route that knows no such type at all.
[[nodiscard]] status_error media_shape_refused();  ///< 406 of a known type in an unknown shape.
[[nodiscard]] status_error body_type_refused();    ///< 415.
[[nodiscard]] status_error body_too_large();       ///< 413.
[[nodiscard]] status_error too_large_version(std::uint64_t asked, std::uint64_t current);
[[nodiscard]] status_error expired(std::string message);
[[nodiscard]] status_error malformed_version(std::string_view text);  ///< 500 in 1.20, 400 later.
[[nodiscard]] status_error internal(std::string message);

}  // namespace kitfox::kube
