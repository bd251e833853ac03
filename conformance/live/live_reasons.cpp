#include "conformance/live/live_reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "conformance/scenario/question.hpp"

namespace kitfox::conformance {
namespace {

bool scripts_answers(const step& one) { return std::holds_alternative<kubernetes_verb>(one.action); }

std::string command_of(const step& one, const topology& of) {
  if (const auto* execute = std::get_if<execute_verb>(&one.action)) return execute->command;
  if (const auto* ask = std::get_if<ask_verb>(&one.action)) {
    const auto asked = understand(ask->question, ask->as, of);
    if (asked) return asked->command;
  }
  return {};
}

/// Commands whose answers are about nodes, or come from a kubelet.
const char* need_of(const std::string& command) {
  if (command == "get_pod_logs") return "logs";
  if (command == "list_nodes" || command == "describe_node") return "nodes";
  return nullptr;
}

}  // namespace

std::string reason_to_skip_live(const scenario& what, const live_abilities& can) {
  if (std::ranges::any_of(what.steps, scripts_answers))
    return "a real API server cannot be told what to answer (step `kubernetes`)";
  const std::size_t clusters = what.topology.clusters.size();
  if (clusters > can.clusters_max)
    return fmt::format("{} clusters need as many API servers; {}", clusters, can.too_many);
  if (can.has_nodes) return {};
  for (const step& one : what.steps) {
    const std::string command = command_of(one, what.topology);
    if (const char* need = need_of(command))
      return fmt::format("{} needs {}, and in a shared API server no node is made up", command, need);
  }
  return {};
}

}  // namespace kitfox::conformance
