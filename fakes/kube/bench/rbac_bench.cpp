#include <benchmark/benchmark.h>

#include "fakes/kube/default_rbac.hpp"
#include "fakes/kube/rbac.hpp"

namespace kitfox::kube {
namespace {

// The bootstrap roles, the agent's, and a number of others that do not apply to it.
rbac_policy policy_with(std::size_t bindings) {
  rbac_policy policy;
  for (const json& object : bootstrap_client_rbac()) policy.put(object);
  for (const json& object : bootstrap_system_rbac()) policy.put(object);
  for (const json& object : agent_rbac_objects()) policy.put(object);
  for (std::size_t i = 0; i < bindings; ++i) {
    const std::string name = "app-" + std::to_string(i);
    policy.cluster_roles[name] = {{{"get", "list"}, {"apps"}, {"deployments"}, {}, {}}};
    policy.cluster_bindings[name] = {
        "",
        name,
        {role_reference::kinds::cluster_role, "ClusterRole", name},
        {{rbac_subject::kinds::service_account, "ServiceAccount", name, "apps"}}};
  }
  return policy;
}

const user_identity agent{
    "system:serviceaccount:incidentfox:incidentfox-agent",
    {},
    {"system:serviceaccounts", "system:serviceaccounts:incidentfox", "system:authenticated"},
    {}};

access_attributes asked(const char* resource) {
  access_attributes out;
  out.is_resource = true;
  out.verb = "list";
  out.resource = resource;
  out.ns = "shop";
  return out;
}

void rbac_allowed(benchmark::State& state) {
  const rbac_policy policy = policy_with(static_cast<std::size_t>(state.range(0)));
  const access_attributes question = asked("pods");
  for (auto _ : state) benchmark::DoNotOptimize(decide_rbac(policy, agent, question));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rbac_allowed)->Arg(0)->Arg(100)->Arg(1000);

void rbac_denied(benchmark::State& state) {
  const rbac_policy policy = policy_with(static_cast<std::size_t>(state.range(0)));
  const access_attributes question = asked("secrets");
  for (auto _ : state) benchmark::DoNotOptimize(decide_rbac(policy, agent, question));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rbac_denied)->Arg(0)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace kitfox::kube
