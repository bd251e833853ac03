#include "conformance/scenario/question.hpp"

#include <nlohmann/json.hpp>
#include <regex>

namespace kitfox::conformance {
namespace {

std::optional<std::size_t> find_cluster(const topology& of, const std::string& team,
                                        const std::string& name) {
  for (std::size_t i = 0; i < of.clusters.size(); ++i) {
    if (of.clusters[i].team_path() == team && (name.empty() || of.clusters[i].name == name)) return i;
  }
  return std::nullopt;
}

/// "in X": X names a cluster of the team, or else a namespace of its first cluster.
asked_command placed(const topology& of, const std::string& team, const std::string& where,
                     nlohmann::json params) {
  asked_command out;
  if (const auto cluster = find_cluster(of, team, where)) {
    out.cluster = *cluster;
  } else {
    out.cluster = find_cluster(of, team, "").value_or(0);
    params["namespace"] = where;
  }
  out.params = params.dump();
  return out;
}

bool is_well(const nlohmann::json& pod) {
  const std::string status = pod.value("status", ""), ready = pod.value("ready", "");
  if (status == "Succeeded" || status == "Completed") return true;
  const std::size_t slash = ready.find('/');
  return status == "Running" && slash != std::string::npos &&
         ready.substr(0, slash) == ready.substr(slash + 1);
}

}  // namespace

std::optional<asked_command> understand(std::string_view question, const std::string& team,
                                        const topology& of) {
  static const std::regex failing{R"(show me failing pods in ([^ ?]+)\??)"},
      happening{R"(what's happening with deployment ([^ ]+) in ([^ ?]+)\??)"},
      logs{R"(get logs from pod ([^ ]+) in ([^ ?]+)\??)"},
      list{R"(list pods in namespace ([^ ]+) on cluster ([^ ?]+)\??)"};
  std::string text{question};
  if (const std::string mention = "@incidentfox "; text.starts_with(mention)) text.erase(0, mention.size());
  std::smatch words;
  if (std::regex_match(text, words, failing)) {
    const auto cluster = find_cluster(of, team, words[1]);
    if (!cluster) return std::nullopt;
    return asked_command{*cluster, "list_pods", R"({"namespace":"*"})", true};
  }
  if (std::regex_match(text, words, happening)) {
    asked_command out = placed(of, team, words[2], {{"deployment_name", words[1].str()}});
    out.command = "describe_deployment";
    return out;
  }
  if (std::regex_match(text, words, logs)) {
    asked_command out = placed(of, team, words[2], {{"pod_name", words[1].str()}});
    out.command = "get_pod_logs";
    return out;
  }
  if (std::regex_match(text, words, list)) {
    const auto cluster = find_cluster(of, team, words[2]);
    if (!cluster) return std::nullopt;
    return asked_command{*cluster, "list_pods", nlohmann::json{{"namespace", words[1].str()}}.dump(), false};
  }
  return std::nullopt;
}

void keep_failing_pods(nlohmann::json& answer) {
  if (!answer.is_object() || !answer.contains("result") || !answer["result"].is_object()) return;
  nlohmann::json& result = answer["result"];
  nlohmann::json failing = nlohmann::json::array();
  for (const nlohmann::json& pod : result.value("pods", nlohmann::json::array())) {
    if (!is_well(pod)) failing.push_back(pod);
  }
  result["pod_count"] = failing.size();
  result["pods"] = std::move(failing);
}

}  // namespace kitfox::conformance
