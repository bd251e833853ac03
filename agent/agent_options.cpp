#include <fmt/format.h>

#include "agent/agent.hpp"
#include "protocol/ids.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::agent {

namespace {

error_code refuse(std::string& complaint, agent_errc code, std::string sentence) {
  complaint = std::move(sentence);
  return code;
}

error_code check_policy(const agent_policy& policy, std::string& complaint) {
  using runtime::duration;
  const auto positive = [](auto... values) { return ((values > decltype(values){}) && ...); };
  const bool fine =
      positive(policy.backoff.initial, policy.backoff.cap, policy.session.dial_timeout,
               policy.session.head_timeout, policy.session.connected_timeout,
               policy.session.heartbeat_interval, policy.session.event_bytes_max, policy.commands.workers,
               policy.responses.body_bytes_max, policy.responses.try_timeout, policy.responses.retry_initial,
               policy.kubernetes.connections_max, policy.kubernetes.page_items,
               policy.kubernetes.items_max) &&
      policy.backoff.factor >= 1.0 && policy.commands.answer_reserve <= policy.commands.drain_timeout;
  return fine ? error_code{}
              : refuse(complaint, agent_errc::bad_option,
                       "policy: sizes, counts and times must be positive, the backoff factor at least 1");
}

}  // namespace

error_code check_options(const agent_options& options, std::string& complaint) {
  const auto url = runtime::http::parse_url(options.gateway_url);
  if (!url)
    return refuse(complaint, agent_errc::bad_gateway_url,
                  "gateway URL: expected https://host[:port][/path] without user, query or fragment "
                  "(INCIDENTFOX_GATEWAY_URL or --gateway-url)");
  if (url->scheme != runtime::http::url::scheme_kind::https) {
    const bool allowed =
        options.plain == plain_loopback::allowed && runtime::http::is_loopback(url->authority.host);
    if (!allowed)
      return refuse(complaint, agent_errc::bad_gateway_url,
                    "gateway URL: must begin with https:// (INCIDENTFOX_GATEWAY_URL or --gateway-url); plain "
                    "http is for tests on loopback, with --allow-plain-loopback");
  }
  if (options.cluster_name.size() > protocol::connect_field_size_max)
    return refuse(complaint, agent_errc::bad_option,
                  fmt::format("cluster name: at most {} bytes (INCIDENTFOX_CLUSTER_NAME or --cluster-name)",
                              protocol::connect_field_size_max));
  if (!options.instance_id.empty() && !protocol::is_opaque_token(options.instance_id))
    return refuse(complaint, agent_errc::bad_option,
                  "instance id: 1 to 128 printable ASCII characters without spaces (--instance-id)");
  return check_policy(options.policy, complaint);
}

}  // namespace kitfox::agent
