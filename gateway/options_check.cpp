#include "gateway/options_check.hpp"

#include <string_view>

#include "gateway/credentials.hpp"
#include "gateway/limit_list.hpp"
#include "protocol/agent_messages.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::gateway {

using runtime::error_code;

namespace {
error_code invalid(std::string& reason, std::string_view name, std::string_view rule) {
  reason = flag_of(name) + ' ' + std::string{rule};
  return gateway_errc::option_invalid;
}

error_code check_limits(const gateway_limits& of, std::string& reason) {
  for (const count_limit& one : count_limits())
    if (of.*one.member == 0) return invalid(reason, one.name, "must be positive");
  for (const span_limit& one : span_limits()) {
    const duration value = of.*one.member;
    if (value < duration::zero()) return invalid(reason, name_in_seconds(one), "must not be negative");
    if (value == duration::zero() && one.at_least == span_limit::lower_bound::positive)
      return invalid(reason, name_in_seconds(one), "must be positive");
  }
  return {};
}
}  // namespace

error_code check_options(const gateway_options& options, std::string& reason) {
  if (options.pepper.empty()) {
    reason = "a pepper is required";
    return gateway_errc::pepper_missing;
  }
  const auto book = credential_book::make(options.callers);
  if (book.has_error()) {
    reason = complaint_about(options.callers);
    if (reason.empty()) reason = book.error().message();
    return book.error();
  }
  if (const error_code failure = check_limits(options.limits, reason)) return failure;
  // Agents take no longer one, so that they would end the streams that this gateway keeps.
  if (options.heartbeat_interval <= duration::zero() ||
      options.heartbeat_interval > protocol::heartbeat_interval_max)
    return invalid(reason, "heartbeat_seconds", "must be positive and at most 300 s");
  if (options.max_stream_age <= duration::zero())
    return invalid(reason, "max_stream_age_seconds", "must be positive");
  if (options.key_check_interval <= duration::zero() || options.key_check_interval > std::chrono::seconds{30})
    return invalid(reason, "key_check_interval_seconds", "must be positive and at most 30 s");
  if (options.drain_window < duration::zero())
    return invalid(reason, "drain_window_seconds", "must not be negative");
  if (!(options.stream_age_jitter >= 0.0 && options.stream_age_jitter < 1.0))
    return invalid(reason, "stream_age_jitter", "must be at least 0 and less than 1");
  if (options.reconnect_hint_min < duration::zero() ||
      options.reconnect_hint_max < options.reconnect_hint_min ||
      options.reconnect_hint_max > std::chrono::seconds{300})
    return invalid(reason, "reconnect_hint_max_seconds",
                   "must lie between --reconnect-hint-min-seconds and 300");
  if (runtime::http::parse_url(options.public_url).has_error())
    return invalid(reason, "public_url", "must be an absolute http(s) URL");
  return {};
}

}  // namespace kitfox::gateway
