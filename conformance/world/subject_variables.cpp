#include "conformance/world/subject_variables.hpp"

#include "conformance/world/key_recipe.hpp"

namespace kitfox::conformance {
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

void add_subject(const subject_program& what, runtime::child_options& to) {
  const placeholders documented = to.environment;
  for (const std::string& word : what.command) to.command.push_back(placed(word, documented));
  for (const auto& [name, value] : what.environment)
    to.environment.emplace_back(name, placed(value, documented));
}

}  // namespace kitfox::conformance
