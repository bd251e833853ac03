#include "gateway/tenancy.hpp"

#include "protocol/ids.hpp"

namespace kitfox::gateway {

bool is_tenant(const tenant& of) noexcept {
  return protocol::is_opaque_token(of.org_id) && protocol::is_opaque_token(of.team_node_id);
}

tenant_decision decide_tenant(const principal& who, const std::optional<std::string>& claimed_org_id,
                              const std::optional<std::string>& claimed_team_node_id) {
  if (who.bound) {
    if (!is_tenant(*who.bound)) return {std::nullopt, tenant_refusal::not_named};
    const bool org_agrees = !claimed_org_id || *claimed_org_id == who.bound->org_id;
    const bool team_agrees = !claimed_team_node_id || *claimed_team_node_id == who.bound->team_node_id;
    if (!org_agrees || !team_agrees) return {std::nullopt, tenant_refusal::not_yours};
    return {*who.bound};
  }
  if (!claimed_org_id || !claimed_team_node_id) return {std::nullopt, tenant_refusal::not_named};
  tenant named{*claimed_org_id, *claimed_team_node_id};
  if (!is_tenant(named)) return {std::nullopt, tenant_refusal::not_named};
  return {std::move(named)};
}

}  // namespace kitfox::gateway
