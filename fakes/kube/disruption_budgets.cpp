#include "fakes/kube/disruption_budgets.hpp"

#include <algorithm>
#include <set>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/label_selector.hpp"
#include "fakes/kube/workload_controllers.hpp"

namespace kitfox::kube {

namespace {

const resource_type& budget_type() { return *find_resource("policy", "v1beta1", "poddisruptionbudgets"); }
const resource_type& budgeted_type() { return *find_resource("", "v1", "pods"); }

bool chooses(const json& budget, const json& pod_labels) {
  const json& selector = value_at(budget, {"spec", "selector"});
  // An empty selector of policy/v1beta1 matches nothing.
  if (value_at(selector, {"matchLabels"}).empty() && value_at(selector, {"matchExpressions"}).empty())
    return false;
  const auto parsed = parse_label_selector(print_label_selector(selector));
  return parsed && parsed->matches(pod_labels);
}

status_error used_up(std::optional<std::chrono::seconds> retry_after, std::string why) {
  status_error refusal;
  refusal.code = 429;
  refusal.reason = "TooManyRequests";
  refusal.message = "Cannot evict pod as it would violate the pod's disruption budget.";
  refusal.retry_after = retry_after;
  refusal.causes.push_back({"DisruptionBudget", std::move(why), ""});
  return refusal;
}

outcome<void> check_allowance(const json& budget) {
  const std::string name{text_at(budget, {"metadata", "name"})};
  const json& status = value_at(budget, {"status"});
  if (number_at(status, {"observedGeneration"}) < number_at(budget, {"metadata", "generation"})) {
    return used_up(std::chrono::seconds{10},
                   "The disruption budget " + name + " is still being processed by the server.");
  }
  if (number_at(status, {"disruptionsAllowed"}) > 0) return {};
  return used_up(std::nullopt, "The disruption budget " + name + " needs " +
                                   std::to_string(number_at(status, {"desiredHealthy"})) +
                                   " healthy pods and has " +
                                   std::to_string(number_at(status, {"currentHealthy"})) + " currently");
}

/// The pods that one budget is about.
struct budget_count {
  std::int64_t expected = 0;  ///< By those that own them, or as many as there are.
  std::int64_t healthy = 0;
  json disrupted = json::object();  ///< Evicted ones that are still there.
};

// "25%" of the expected pods, rounded up, or a number of them.
std::int64_t scaled(const json& value, std::int64_t expected) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  std::string_view text = value.is_string() ? std::string_view{value.get_ref<const std::string&>()} : "";
  if (!text.ends_with('%')) return go_parse_int(text).value_or(0);
  text.remove_suffix(1);
  return (go_parse_int(text).value_or(0) * expected + 99) / 100;
}

budget_count count_pods(const api_server::state& state, std::string_view ns, const json& budget) {
  budget_count count;
  std::set<std::string> owners;
  const resource_type& sets = *find_resource("apps", "v1", "replicasets");
  for (const auto& [key, kept] : state.store.list(budgeted_type(), ns)) {
    if (!chooses(budget, kept->at({"metadata", "labels"}).value())) continue;
    const object_ptr pod = kept->open();
    const std::string name{text_at(pod->body, {"metadata", "name"})};
    const json& evicted = value_at(budget, {"status", "disruptedPods", name});
    if (!evicted.is_null()) count.disrupted[name] = evicted;
    const bool stays = evicted.is_null() && text_at(pod->body, {"metadata", "deletionTimestamp"}).empty();
    if (stays && says_it_is_ready(pod->body)) ++count.healthy;
    const json& owned_by = value_at(pod->body, {"metadata", "ownerReferences"});
    const bool owned =
        owned_by.is_array() && !owned_by.empty() && text_at(owned_by[0], {"kind"}) == "ReplicaSet";
    if (!owned) ++count.expected;
    if (!owned || !owners.emplace(text_at(owned_by[0], {"name"})).second) continue;
    if (const object_ptr set = state.store.find(sets, ns, text_at(owned_by[0], {"name"})))
      count.expected += number_at(set->body, {"spec", "replicas"}, 1);
  }
  return count;
}

}  // namespace

outcome<void> spend_disruption_budget(const api_call& call, const json& pod, bool only_asked) {
  const std::string_view phase = text_at(pod, {"status", "phase"});
  if (phase == "Succeeded" || phase == "Failed" || phase == "Pending") return {};
  object_ptr found;
  for (const auto& [key, kept] : call.state.store.list(budget_type(), call.object_namespace())) {
    const object_ptr budget = kept->open();
    if (!chooses(budget->body, value_at(pod, {"metadata", "labels"}))) continue;
    if (found) {
      status_error refusal;  // with no reason, as there
      refusal.message =
          "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
      return refusal;
    }
    found = budget;
  }
  if (!found) return {};
  if (const auto checked = check_allowance(found->body); !checked) return checked.error();
  if (only_asked) return {};
  json spent = found->body;
  spent["status"]["disruptionsAllowed"] = number_at(spent, {"status", "disruptionsAllowed"}) - 1;
  spent["status"]["disruptedPods"][std::string{text_at(pod, {"metadata", "name"})}] =
      print_time(call.now.wall);
  static_cast<void>(call.state.store.replace(budget_type(), std::move(spent)));
  return {};
}

void count_disruption_budgets(api_server::state& state, std::string_view ns) {
  for (const auto& [key, kept] : state.store.list(budget_type(), ns)) {
    json budget = kept->open()->body;
    const budget_count count = count_pods(state, ns, budget);
    const json& spec = value_at(budget, {"spec"});
    const bool by_most = spec.contains("maxUnavailable");
    const std::int64_t wanted = by_most ? count.expected - scaled(spec["maxUnavailable"], count.expected)
                                        : scaled(value_at(spec, {"minAvailable"}), count.expected);
    const std::int64_t desired = std::max<std::int64_t>(0, wanted);
    const std::int64_t allowed = count.expected > 0 ? std::max<std::int64_t>(0, count.healthy - desired) : 0;
    json status{{"observedGeneration", number_at(budget, {"metadata", "generation"})},
                {"expectedPods", count.expected},
                {"currentHealthy", count.healthy},
                {"desiredHealthy", desired},
                {"disruptionsAllowed", allowed}};
    if (!count.disrupted.empty()) status["disruptedPods"] = count.disrupted;
    budget["status"] = std::move(status);
    static_cast<void>(state.store.replace(budget_type(), std::move(budget)));
  }
}

}  // namespace kitfox::kube
