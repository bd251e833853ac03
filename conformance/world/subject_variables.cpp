#include "conformance/world/subject_variables.hpp"

namespace kitfox::conformance {
namespace {

using variables = std::vector<std::pair<std::string, std::string>>;

std::string placed(std::string text, const variables& values) {
  for (const auto& [name, value] : values) {
    const std::string place = "${" + name + "}";
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
      text.replace(at, place.size(), value);
  }
  return text;
}

}  // namespace

std::vector<std::string> variable_names(party of) {
  if (of == party::agent) {
    return {"INCIDENTFOX_API_KEY",     "INCIDENTFOX_CLUSTER_NAME",
            "INCIDENTFOX_GATEWAY_URL", "LOG_LEVEL",
            "SSL_CERT_FILE",           "KUBECONFIG",
            "KITFOX_PROBE_FILE"};
  }
  return {"KITFOX_GATEWAY_AGENT_LISTEN",    "KITFOX_GATEWAY_CALLER_LISTEN", "KITFOX_GATEWAY_TLS_CERT_FILE",
          "KITFOX_GATEWAY_TLS_KEY_FILE",    "KITFOX_GATEWAY_DATABASE",      "KITFOX_GATEWAY_PEPPER",
          "KITFOX_GATEWAY_CREDENTIALS_FILE"};
}

void add_subject(const subject_program& what, child_options& to) {
  const variables documented = to.environment;
  for (const std::string& word : what.command) to.command.push_back(placed(word, documented));
  for (const auto& [name, value] : what.environment)
    to.environment.emplace_back(name, placed(value, documented));
}

}  // namespace kitfox::conformance
