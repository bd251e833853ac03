// What agents ask of the API server and of the gateway.
#include "conformance/judge/expect/checks.hpp"
#include "conformance/judge/kube_request.hpp"
#include "conformance/scenario/scalar_text.hpp"

namespace kitfox::conformance {

void judge(const kubernetes_calls_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window) return;
  const auto clusters = scope.view().labels_of(what.clusters);
  std::vector<finding_place> seen;
  for (const exchange& one : scope.about().exchanges) {
    const connection& on = scope.about().connections[one.connection];
    if (on.to != "kubernetes" || !one.arrived || !window->holds(*one.arrived)) continue;
    if (!clusters.contains(on.from.substr(0, on.from.rfind('/')))) continue;
    if (what.status && one.status_sent != *what.status) continue;
    const kube_request asked = parse_kube_request(one.method, one.target);
    if (!what.resource.empty() && asked.resource != what.resource) continue;
    if (!what.name_space.empty() && asked.name_space != what.name_space) continue;
    if (!what.verb.empty() && asked.verb != what.verb) continue;
    seen.emplace_back(*one.arrived, one.request);
  }
  scope.judge_count(what.count, std::move(seen), "Kubernetes calls", window->until);
}

void judge(const requests_check& what, check_scope& scope) {
  const auto window = scope.open(what.window);
  if (!window || scope.nodes_of(what.agents).empty()) return;
  std::vector<finding_place> seen;
  for (const exchange& one : scope.about().exchanges) {
    const connection& on = scope.about().connections[one.connection];
    if (on.to != "gateway" || !scope.view().contains(what.agents, on.from)) continue;
    if (!window->holds(one.sent.value_or(one.arrived.value_or(-1)))) continue;
    if (!what.method.empty() && what.method != one.method) continue;
    if (!what.path.empty() && !fits_glob(what.path, without_prefix(one.path()))) continue;
    if (what.status && one.status != *what.status) continue;
    seen.emplace_back(one.sent.value_or(one.arrived.value_or(0)), what.status ? one.answer : one.request);
  }
  scope.judge_count(what.count, std::move(seen), "requests", window->until);
}

}  // namespace kitfox::conformance
