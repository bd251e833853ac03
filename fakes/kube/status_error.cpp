#include "fakes/kube/status_error.hpp"

#include <fmt/format.h>

#include "fakes/kube/go_text.hpp"
#include "runtime/assert.hpp"

namespace kitfox::kube {

namespace {

// responsewriters.sanitizer: error texts must not become markup in a browser.
std::string sanitize(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

status_error about(const resource_type& type, std::string_view name, int code, std::string_view reason) {
  status_error failure;
  failure.code = code;
  failure.reason = reason;
  failure.details = status_error::details_shape::present;
  failure.name = name;
  failure.group = type.group;
  failure.kind = type.plural;
  return failure;
}

status_error generic(int code, std::string_view reason, std::string message,
                     status_error::details_shape details) {
  status_error failure;
  failure.code = code;
  failure.reason = reason;
  failure.message = std::move(message);
  failure.details = details;
  return failure;
}

std::string refused_access(std::string_view user, const access_attributes& asked) {
  if (!asked.is_resource) {
    return fmt::format("User {} cannot {} path {}", go_quote(user), asked.verb, go_quote(asked.path));
  }
  const std::string where =
      asked.ns.empty() ? "at the cluster scope" : "in the namespace " + go_quote(asked.ns);
  return fmt::format("User {} cannot {} resource {} in API group {} {}", go_quote(user), asked.verb,
                     go_quote(asked.resource_path()), go_quote(asked.api_group), where);
}

}  // namespace

json status_error::body() const {
  json status{{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", json::object()},
              {"status", "Failure"}, {"message", message}, {"code", code}};
  if (!continue_token.empty()) status["metadata"]["continue"] = continue_token;
  if (!reason.empty()) status["reason"] = reason;
  if (details == details_shape::absent && causes.empty() && !retry_after) return status;
  json& inner = status["details"] = json::object();
  if (!name.empty()) inner["name"] = name;
  if (!group.empty()) inner["group"] = group;
  if (!kind.empty()) inner["kind"] = kind;
  for (const status_cause& cause : causes) {
    json entry{{"reason", cause.reason}, {"message", cause.message}};
    if (!cause.field.empty()) entry["field"] = cause.field;
    inner["causes"].push_back(std::move(entry));
  }
  if (retry_after) inner["retryAfterSeconds"] = retry_after->count();
  return status;
}

void throw_exception_from_error(const status_error&, const boost::source_location&) {
  runtime::assertion_failed("an outcome's value was taken without a check", __FILE__, __LINE__);
}

status_error unauthorized() {
  return generic(401, "Unauthorized", "Unauthorized", status_error::details_shape::absent);
}

status_error forbidden(std::string_view user, const access_attributes& asked, std::string_view reason) {
  status_error failure = generic(403, "Forbidden", {}, status_error::details_shape::present);
  failure.name = asked.name;
  failure.group = asked.api_group;
  failure.kind = asked.resource;
  std::string why = sanitize(refused_access(user, asked));
  if (!reason.empty()) why.append(": ").append(reason);
  const std::string qualified =
      asked.api_group.empty() ? asked.resource : asked.resource + "." + asked.api_group;
  if (!asked.is_resource) {
    failure.message = "forbidden: " + why;
  } else if (asked.name.empty()) {
    failure.message = fmt::format("{} is forbidden: {}", qualified, why);
  } else {
    failure.message = fmt::format("{} {} is forbidden: {}", qualified, go_quote(asked.name), why);
  }
  return failure;
}

status_error forbidden_object(const resource_type& type, std::string_view name, std::string_view why) {
  status_error failure = about(type, name, 403, "Forbidden");
  failure.message = fmt::format("{} {} is forbidden: {}", type.group_resource(), go_quote(name), why);
  return failure;
}

status_error not_found(const resource_type& type, std::string_view name) {
  status_error failure = about(type, name, 404, "NotFound");
  failure.message = fmt::format("{} {} not found", type.group_resource(), go_quote(name));
  return failure;
}

status_error already_exists(const resource_type& type, std::string_view name) {
  status_error failure = about(type, name, 409, "AlreadyExists");
  failure.message = fmt::format("{} {} already exists", type.group_resource(), go_quote(name));
  return failure;
}

status_error conflict(const resource_type& type, std::string_view name, std::string_view why) {
  status_error failure = about(type, name, 409, "Conflict");
  failure.message =
      fmt::format("Operation cannot be fulfilled on {} {}: {}", type.group_resource(), go_quote(name), why);
  return failure;
}

status_error bad_request(std::string message) {
  return generic(400, "BadRequest", std::move(message), status_error::details_shape::absent);
}

status_error invalid(std::string_view group, std::string_view kind, std::string_view name,
                     std::vector<status_cause> causes) {
  status_error failure = generic(422, "Invalid", {}, status_error::details_shape::present);
  failure.name = name;
  failure.group = group;
  failure.kind = kind;
  std::string why;
  for (const status_cause& cause : causes) {
    if (!why.empty()) why += ", ";
    why += cause.field + ": " + cause.message;
  }
  if (causes.size() > 1) why = "[" + why + "]";
  const std::string qualified = group.empty() ? std::string{kind} : fmt::format("{}.{}", kind, group);
  failure.message = fmt::format("{} {} is invalid: {}", qualified, go_quote(name), why);
  failure.causes = std::move(causes);
  return failure;
}

status_error no_such_path() {
  return generic(404, "NotFound", "the server could not find the requested resource",
                 status_error::details_shape::present);
}

status_error method_not_allowed() {
  return generic(405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
                 status_error::details_shape::present);
}

status_error media_type_refused() {
  return generic(406, "NotAcceptable", "406: Not Acceptable", status_error::details_shape::present);
}

status_error media_shape_refused() {
  return generic(406, "NotAcceptable",
                 "only the following media types are accepted: application/json, application/yaml, "
                 "application/vnd.kubernetes.protobuf",
                 status_error::details_shape::absent);
}

status_error body_type_refused() {
  return generic(415, "UnsupportedMediaType",
                 "the body of the request was in an unknown format - accepted media types include: "
                 "application/json, application/yaml, application/vnd.kubernetes.protobuf",
                 status_error::details_shape::absent);
}

status_error body_too_large() {
  return generic(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728",
                 status_error::details_shape::absent);
}

status_error too_large_version(std::uint64_t asked, std::uint64_t current) {
  status_error failure = generic(
      504, "Timeout", fmt::format("Timeout: Too large resource version: {}, current: {}", asked, current),
      status_error::details_shape::present);
  failure.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", {}});
  failure.retry_after = std::chrono::seconds{1};
  return failure;
}

status_error expired(std::string message) {
  return generic(410, "Expired", std::move(message), status_error::details_shape::absent);
}

status_error malformed_version(std::string_view text) {
  return generic(
      500, {},
      fmt::format("resourceVersion: Invalid value: {}: strconv.ParseUint: parsing {}: invalid syntax",
                  go_quote(text), go_quote(text)),
      status_error::details_shape::absent);
}

status_error internal(std::string message) {
  return generic(500, "InternalError", "Internal error occurred: " + std::move(message),
                 status_error::details_shape::present);
}

}  // namespace kitfox::kube
