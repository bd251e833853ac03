// What agents of a simulated world get when they look a name up.
#include "conformance/world/names.hpp"
#include "conformance/world/sim_world.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {
namespace {

/// Where nobody is (RFC 5737 §3).
constexpr const char* address_of_old = "192.0.2.1";

}  // namespace

sim::name_fault_id sim_world::plant_name_fault(const std::string& client, const std::string& name,
                                               const dns_verb& what, effect met) {
  using answer = dns_verb::answer;
  sim::planned_name_fault plan{sim::name_fault::slow, name,          client, what.delay,
                               {address_of_old},      std::move(met)};
  switch (what.with) {
    case answer::nxdomain:
      plan.kind = sim::name_fault::nxdomain;
      break;
    case answer::servfail:
      plan.kind = sim::name_fault::servfail;
      break;
    case answer::timeout:
      plan.delay = std::chrono::hours{1};
      break;
    case answer::flap:
      plan.kind = sim::name_fault::flap;
      break;
    case answer::stale: {
      // What is remembered is what the name had before it came to have the address that it has.
      plan.kind = sim::name_fault::stale;
      const auto now = sim_.names().ask({}, name).addresses;
      const runtime::error_code once = sim_.names().set(name, {address_of_old});
      const sim::name_fault_id planted = sim_.names().add(std::move(plan));
      const runtime::error_code again = sim_.names().set(name, *now);
      KITFOX_ASSERT(!once && !again);
      return planted;
    }
    case answer::slow:
    case answer::right:
      break;
  }
  return sim_.names().add(std::move(plan));
}

runtime::error_code sim_world::set_dns(const dns_verb& to, effect met) {
  const std::vector<std::size_t>& clusters = to.links.agents.clusters;
  for (const std::size_t cluster : clusters) {
    for (std::uint32_t n = 0; n < what_.topology.clusters[cluster].agents; ++n) {
      if (!to.links.agents.contains(cluster, n)) continue;
      const std::string client = agent_node(what_.topology, cluster, n);
      if (const auto old = name_faults_.find(client); old != name_faults_.end()) {
        sim_.names().heal(old->second);
        name_faults_.erase(old);
      }
      if (to.with == dns_verb::answer::right) continue;
      const std::string name = to.links.target == link_set::to::gateway
                                   ? std::string{gateway_node}
                                   : kubernetes_host(what_.topology, cluster);
      name_faults_[client] = plant_name_fault(client, name, to, met);
    }
  }
  return {};
}

}  // namespace kitfox::conformance
