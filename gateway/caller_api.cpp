#include "gateway/caller_api.hpp"

#include <array>
#include <utility>

#include "gateway/command_api.hpp"
#include "gateway/dashboard_api.hpp"
#include "gateway/request_route.hpp"

namespace kitfox::gateway {

using runtime::task;
using runtime::http::exchange;
using runtime::http::request;
using runtime::http::response;

namespace {
enum class caller_route {
  execute,
  list_connected,
  get_connected,
  create_cluster,
  list_clusters,
  get_cluster,
  revoke_cluster,
  create_key,
  list_keys,
  revoke_key,
  stats,
  health,
  ready,
  metrics
};
constexpr std::array<route_rule<caller_route>, 14> caller_routes{{
    {"POST", "internal/execute", caller_route::execute},
    {"GET", "internal/clusters", caller_route::list_connected},
    {"GET", "internal/clusters/*", caller_route::get_connected},
    {"POST", "api/v1/team/k8s-clusters", caller_route::create_cluster},
    {"GET", "api/v1/team/k8s-clusters", caller_route::list_clusters},
    {"GET", "api/v1/team/k8s-clusters/*", caller_route::get_cluster},
    {"DELETE", "api/v1/team/k8s-clusters/*", caller_route::revoke_cluster},
    {"POST", "api/v1/team/k8s-clusters/*/keys", caller_route::create_key},
    {"GET", "api/v1/team/k8s-clusters/*/keys", caller_route::list_keys},
    {"DELETE", "api/v1/team/k8s-clusters/*/keys/*", caller_route::revoke_key},
    {"GET", "stats", caller_route::stats},
    {"GET", "health", caller_route::health},
    {"GET", "ready", caller_route::ready},
    {"GET", "metrics", caller_route::metrics},
}};

enum class access { open, caller, admin };
access access_to(caller_route target) {
  switch (target) {
    case caller_route::execute:
    case caller_route::list_connected:
    case caller_route::get_connected:
    case caller_route::stats:
      return access::caller;
    case caller_route::create_cluster:
    case caller_route::list_clusters:
    case caller_route::get_cluster:
    case caller_route::revoke_cluster:
    case caller_route::create_key:
    case caller_route::list_keys:
    case caller_route::revoke_key:
      return access::admin;
    case caller_route::health:
    case caller_route::ready:
    case caller_route::metrics:
      return access::open;
  }
  return access::admin;
}

/// Counts and audits a call that its credential does not allow.
void audit_refusal(const api_parts& parts, const principal& who, std::string_view outcome) {
  parts.numbers.count_caller_refusal();
  audit_record record;
  record.kind = audit_kind::refusal;
  record.actor = who.name;
  if (who.bound) {
    record.org_id = who.bound->org_id;
    record.team_node_id = who.bound->team_node_id;
  }
  record.outcome = outcome;
  parts.refusals.note(record);
}
}  // namespace

tenant_claim claim_of(const runtime::http::target_parts& target) {
  tenant_claim claim;
  if (const auto org_id = target.get("org_id")) claim.org_id = *org_id;
  if (const auto team = target.get("team_node_id")) claim.team_node_id = *team;
  return claim;
}

tenant_access claim_tenant(const api_parts& parts, const principal& who, const tenant_claim& claim) {
  tenant_decision decision = decide_tenant(who, claim.org_id, claim.team_node_id);
  if (decision.granted) return {std::move(decision.granted)};
  const bool unnamed = decision.why == tenant_refusal::not_named;
  audit_refusal(parts, who, unnamed ? "tenant_not_named" : "tenant_not_yours");
  return {std::nullopt, make_refusal(403, unnamed ? "org_id and team_node_id are required of this credential"
                                                  : "org_id or team_node_id is not the credential's")};
}

caller_api::caller_api(api_parts parts, registry_parts registry, credential_book credentials)
    : parts_{parts},
      credentials_{std::move(credentials)},
      commands_{std::make_unique<command_api>(parts, registry.clusters)},
      dashboard_{std::make_unique<dashboard_api>(parts, registry)} {}

caller_api::~caller_api() = default;

std::optional<principal> caller_api::find_principal(const request& head) const {
  const auto presented = head.headers.get("X-Internal-Service");
  if (!presented) return std::nullopt;
  return credentials_.find(*presented);
}

response caller_api::refuse_stranger(std::string_view peer) {
  parts_.numbers.count_caller_refusal();
  audit_record record;
  record.kind = audit_kind::refusal;
  record.outcome = "caller_unknown";
  record.peer = peer;
  parts_.refusals.note(record);
  return make_refusal(401, "X-Internal-Service is missing or unknown");
}

response caller_api::refuse_role(const principal& who) {
  audit_refusal(parts_, who, "role_too_low");
  return make_refusal(403, "the credential's role does not allow this");
}

std::optional<response> caller_api::screen(const request& head, const runtime::endpoint& peer) {
  // No body is read for a stranger.
  if (head.method != "POST" || find_principal(head)) return std::nullopt;
  return refuse_stranger(peer.host);
}

response caller_api::answer_metrics() const {
  gauge_values now;
  now.connected = parts_.board.routes().size();
  now.commands_in_flight = parts_.board.commands().unfinished();
  now.commands_queued = parts_.board.commands().queued();
  now.audit_pending = parts_.audit.pending();
  now.audit_failures = parts_.audit.failures();
  response answer;
  answer.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  answer.body = parts_.numbers.print(now);
  return answer;
}

task<void> caller_api::answer_exchange(exchange& call) {
  const request& head = call.incoming();
  const auto target = runtime::http::split_target(head.target);
  const std::string_view path = target ? std::string_view{target->path} : std::string_view{};
  const auto found = match_route<caller_route>(caller_routes, head.method, path);
  const bool known =
      found.verdict == route_verdict::matched || found.verdict == route_verdict::malformed_path;
  const access needed = known ? access_to(found.target) : access::caller;
  const std::optional<principal> who = find_principal(head);
  response answer;
  if (needed != access::open && !who) {
    answer = refuse_stranger(call.peer().host);
  } else if (!target || found.verdict == route_verdict::malformed_path) {
    answer = make_refusal(400, "malformed path or query");
  } else if (found.verdict == route_verdict::no_such_path) {
    answer = make_refusal(404);
  } else if (found.verdict == route_verdict::other_method) {
    answer = make_refusal(405);
    answer.headers.add("Allow", found.allow);
  } else if (needed == access::admin && who->role != caller_role::admin) {
    answer = refuse_role(*who);
  } else {
    const std::vector<std::string>& ids = found.ids;
    switch (found.target) {
      case caller_route::execute:
        co_return co_await commands_->serve_execute(call, *who);
      case caller_route::list_connected:
        answer = commands_->list_connected(*who, *target);
        break;
      case caller_route::get_connected:
        answer = commands_->get_connected(*who, *target, ids[0]);
        break;
      case caller_route::stats:
        answer = commands_->stats(*who, *target);
        break;
      case caller_route::create_cluster:
        answer = co_await dashboard_->create_cluster(*who, *target, head.body);
        break;
      case caller_route::list_clusters:
        answer = dashboard_->list_clusters(*who, *target);
        break;
      case caller_route::get_cluster:
        answer = dashboard_->get_cluster(*who, *target, ids[0]);
        break;
      case caller_route::revoke_cluster:
        answer = co_await dashboard_->revoke_cluster(*who, *target, ids[0]);
        break;
      case caller_route::create_key:
        answer = co_await dashboard_->create_key(*who, *target, ids[0]);
        break;
      case caller_route::list_keys:
        answer = dashboard_->list_keys(*who, *target, ids[0]);
        break;
      case caller_route::revoke_key:
        answer = co_await dashboard_->revoke_key(*who, *target, ids[0], ids[1]);
        break;
      case caller_route::health:
        answer = make_health();
        break;
      case caller_route::ready:
        answer = make_readiness(readiness_of(parts_));
        break;
      case caller_route::metrics:
        answer = answer_metrics();
        break;
    }
  }
  // The answer is the last thing of an exchange: who does not get it has gone.
  static_cast<void>(co_await call.respond(std::move(answer)));
}

}  // namespace kitfox::gateway
