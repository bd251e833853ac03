#include "agent/kube_failure.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "agent/truncation.hpp"
#include "protocol/json.hpp"
#include "protocol/utf8.hpp"
#include "runtime/assert.hpp"

namespace kitfox::agent {
namespace {

using protocol::command_error;

std::string text_member(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// What stands after it names roles and bindings of the cluster.
constexpr std::string_view role_internals = ": RBAC:";

std::string fit_message(std::string message) {
  if (const auto at = message.find(role_internals); at != std::string::npos) message.resize(at);
  std::string repaired;
  if (!protocol::repair_utf8(message, message.size() * 3, repaired)) repaired.clear();
  cut_text(repaired, message_bytes_max);
  return repaired;
}

command_error error_of_status(int status) {
  switch (status) {
    case 401:
      // The agent's own credential is at fault, not what its caller may see.
      return command_error::internal;
    case 403:
      return command_error::denied;
    case 404:
      return command_error::not_found;
    case 408:
    case 504:
      return command_error::timeout;
    case 410:
      return command_error::expired;
    case 413:
      return command_error::too_large;
    case 429:
      return command_error::busy;
    default:
      break;
  }
  if (status >= 500) return command_error::unavailable;
  return status >= 400 ? command_error::invalid : command_error::internal;
}

}  // namespace

void throw_exception_from_error(const kube_failure& failure, const boost::source_location&) {
  static_cast<void>(failure);
  KITFOX_ASSERT(!"value() of a kube_result that holds a failure");
  std::abort();
}

kube_failure refusal_of(int status, std::string_view body, kube_subject subject,
                        std::optional<runtime::duration> retry_after) {
  kube_failure failure{.what = kube_failure::kind::refused, .subject = std::move(subject)};
  failure.status = status;
  failure.retry_after = retry_after;
  protocol::diagnostics ignored;
  const auto parsed = protocol::parse_json(body, ignored);
  if (parsed && parsed->is_object()) {
    failure.reason = text_member(*parsed, "reason");
    failure.message = text_member(*parsed, "message");
    if (const auto meta = parsed->find("metadata"); meta != parsed->end() && meta->is_object())
      failure.continue_token = text_member(*meta, "continue");
    if (const auto details = parsed->find("details");
        !failure.retry_after && details != parsed->end() && details->is_object()) {
      const auto seconds = details->find("retryAfterSeconds");
      if (seconds != details->end() && seconds->is_number_integer()) {
        const auto count = seconds->get<std::int64_t>();
        if (count > 0 && count <= 86'400) failure.retry_after = std::chrono::seconds{count};
      }
    }
  } else {
    failure.message = std::string{body.substr(0, message_bytes_max)};
    while (!failure.message.empty() && failure.message.back() == '\n') failure.message.pop_back();
  }
  return failure;
}

command_error error_of(const kube_failure& failure) {
  switch (failure.what) {
    case kube_failure::kind::timeout:
      return command_error::timeout;
    case kube_failure::kind::unreachable:
      return command_error::unavailable;
    case kube_failure::kind::malformed:
      return command_error::internal;
    case kube_failure::kind::too_large:
      return command_error::too_large;
    case kube_failure::kind::refused:
      break;
  }
  return error_of_status(failure.status);
}

command_outcome outcome_of(const kube_failure& failure) {
  command_outcome outcome;
  outcome.error_code = error_of(failure);
  const std::string message = fit_message(failure.message);
  protocol::error_detail detail;
  if (failure.status >= 100 && failure.status <= 599) detail.code = failure.status;
  if (!failure.reason.empty()) detail.reason = fit_message(failure.reason);
  if (!message.empty()) detail.message = message;
  if (!failure.subject.verb.empty()) detail.verb = failure.subject.verb;
  if (!failure.subject.resource.empty()) detail.resource = failure.subject.resource;
  if (!failure.subject.namespace_name.empty()) detail.namespace_name = failure.subject.namespace_name;
  if (failure.retry_after)
    detail.retry_after = std::chrono::ceil<std::chrono::milliseconds>(*failure.retry_after);
  outcome.detail = std::move(detail);
  if (failure.what == kube_failure::kind::refused) {
    outcome.error = message.empty() ? fmt::format("Kubernetes answered {}", failure.status) : message;
  } else {
    outcome.error = fmt::format("Kubernetes API: {}", message);
  }
  cut_text(outcome.error, message_bytes_max);
  return outcome;
}

}  // namespace kitfox::agent
