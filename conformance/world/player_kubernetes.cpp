// Verbs that act on the clusters' API servers.
#include <fmt/format.h>

#include "conformance/world/names.hpp"
#include "conformance/world/player.hpp"
#include "fakes/kube/fault_script.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::string_view account_of_agents = "system:serviceaccount:incidentfox:incidentfox-agent";

kube::request_match match_of(const kubernetes_verb& what) {
  kube::request_match out;
  out.verb = what.verb;
  out.resource = what.resource;
  out.ns = what.name_space;
  out.name = what.name;
  out.user = what.user;
  const bool any = out == kube::request_match{};
  if (any) out.path_prefix = "/api";
  return out;
}

/// Empty: the usual one.
std::string message_of(const kubernetes_verb& what) {
  return std::string(static_cast<std::size_t>(what.message_bytes.value_or(0)), 'm');
}

kube::fault_action action_of(const kubernetes_verb& what) {
  switch (what.action) {
    case kubernetes_action::deny:
      return kube::fault_status{403, {}, message_of(what), {}, kube::fault_status::forms::status};
    case kubernetes_action::slow:
      return kube::fault_delay{what.delay};
    case kubernetes_action::gone:
      return kube::fault_gone{};
    case kubernetes_action::huge:
      return kube::fault_huge{static_cast<std::size_t>(what.size_bytes)};
    case kubernetes_action::allow:
    case kubernetes_action::status:
      break;
  }
  kube::fault_status status;
  status.code = what.status;
  status.message = message_of(what);
  if (what.retry_after)
    status.retry_after = std::chrono::duration_cast<std::chrono::seconds>(*what.retry_after);
  return status;
}

nlohmann::json attributes_of(const can_i_verb& what, const std::string& asked, const std::string& resource) {
  nlohmann::json attributes{{"verb", asked}, {"resource", resource}};
  if (!what.api_group.empty()) attributes["group"] = what.api_group;
  if (!what.subresource.empty()) attributes["subresource"] = what.subresource;
  if (!what.name_space.empty()) attributes["namespace"] = what.name_space;
  return attributes;
}

/// "yes" or "no" as the API server says of the agent's service account, or the beginning of an answer that is
/// neither.
runtime::task<std::string> review_access(world& where, std::size_t cluster, nlohmann::json attributes) {
  runtime::http::request review;
  review.method = "POST";
  review.target = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  review.headers.add("Impersonate-User", std::string{account_of_agents});
  review.headers.add("Content-Type", "application/json");
  review.headers.add("Accept", "application/json");
  review.body = nlohmann::json{{"apiVersion", "authorization.k8s.io/v1"},
                               {"kind", "SelfSubjectAccessReview"},
                               {"spec", {{"resourceAttributes", std::move(attributes)}}}}
                    .dump();
  const auto answer = co_await where.kubernetes(cluster).administer(std::move(review));
  if (!answer) co_return answer.error().message();
  const nlohmann::json body = nlohmann::json::parse(answer->body, nullptr, false);
  if (answer->status != 201 || !body.is_object() || !body.contains("status"))
    co_return answer->body.substr(0, 120);
  co_return std::string{body["status"].value("allowed", false) ? "yes" : "no"};
}

/// Of its own step, so that two answers to the same requests stand side by side.
std::string rule_id(std::size_t step) { return fmt::format("step {}", step); }

}  // namespace

player::step_result player::script_kubernetes(std::size_t index, const kubernetes_verb& what) {
  step_result result;
  // Another user's trouble is there to pass the agent by.
  const bool disturbs =
      what.action != kubernetes_action::allow && (what.user.empty() || what.user == account_of_agents);
  const effect met = plan_effect(index, disturbs, "kubernetes");
  for (const std::size_t cluster : what.clusters.clusters) {
    kube::fault_script* const script = world_.kubernetes(cluster).faults();
    if (script == nullptr) {
      result.ok = false;
      result.harness = true;
      result.why = fmt::format("step {}: a real API server cannot be told what to answer", index);
      return result;
    }
    if (what.action == kubernetes_action::allow) {
      // With nothing to match it ends whatever was scripted.
      if (match_of(what) == match_of({}))
        script->clear();
      else
        script->remove_for(match_of(what));
      continue;
    }
    const bool added = script->add_first(
        {rule_id(index), match_of(what), what.nth - 1, what.times.value_or(0), action_of(what), met});
    if (!added) {
      result.ok = false;
      result.harness = true;
      result.why = fmt::format("step {}: too many scripted faults of one API server", index);
    }
  }
  return result;
}

void player::unscript_kubernetes(std::size_t index, const kubernetes_verb& what) {
  for (const std::size_t cluster : what.clusters.clusters) {
    kube::fault_script* const script = world_.kubernetes(cluster).faults();
    if (script != nullptr) script->remove(rule_id(index));
  }
}

player::outcome player::set_rbac(const set_rbac_verb& what) {
  step_result result;
  for (const std::size_t cluster : what.clusters.clusters) {
    rbac_values values = what.values;
    const runtime::error_code failure = co_await world_.kubernetes(cluster).install_rbac(std::move(values));
    if (!failure) continue;
    result.ok = false;
    result.harness = true;
    result.why = failure.message();
  }
  co_return result;
}

player::outcome player::ask_may(std::size_t index, const can_i_verb& what) {
  const std::string expected = what.expect ? "yes" : "no";
  std::vector<std::string> wrong;
  for (const std::size_t cluster : what.clusters.clusters) {
    for (const std::string& resource : what.resources) {
      for (const std::string& asked : what.verbs) {
        nlohmann::json attributes = attributes_of(what, asked, resource);
        const std::string answer = co_await review_access(world_, cluster, std::move(attributes));
        if (answer == expected) continue;
        wrong.push_back(fmt::format("{}: can-i {} {} answered {}", cluster_label(what_.topology, cluster),
                                    asked, resource, answer));
      }
    }
  }
  step_result result;
  result.ok = wrong.empty();
  if (!result.ok) result.why = fmt::format("step {}: {}", index, fmt::join(wrong, "; "));
  co_return result;
}

}  // namespace kitfox::conformance
