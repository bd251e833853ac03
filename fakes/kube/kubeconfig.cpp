#include "fakes/kube/kubeconfig.hpp"

#include "fakes/kube/json.hpp"
#include "runtime/base64.hpp"

namespace kitfox::kube {

std::string print_kubeconfig(const kubeconfig_entry& entry) {
  json context{{"cluster", "kitfox"}, {"user", entry.user}};
  if (!entry.ns.empty()) context["namespace"] = entry.ns;
  const json cluster{{"server", entry.server},
                     {"certificate-authority-data", runtime::base64_encode(entry.authorities_pem)}};
  const json config{
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"current-context", "kitfox"},
      {"clusters", json::array({{{"name", "kitfox"}, {"cluster", cluster}}})},
      {"users", json::array({{{"name", entry.user}, {"user", {{"token", entry.token}}}}})},
      {"contexts", json::array({{{"name", "kitfox"}, {"context", std::move(context)}}})},
  };
  return config.dump(2) + "\n";  // JSON is YAML
}

}  // namespace kitfox::kube
