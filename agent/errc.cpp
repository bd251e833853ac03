#include "agent/errc.hpp"

#include <string>

namespace kitfox::agent {
namespace {

class agent_error_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "kitfox.agent"; }
  std::string message(int value) const override {
    switch (static_cast<agent_errc>(value)) {
      case agent_errc::file_unreadable:
        return "file cannot be read";
      case agent_errc::file_too_large:
        return "file is too large";
      case agent_errc::bad_gateway_url:
        return "bad gateway URL";
      case agent_errc::bad_option:
        return "bad option";
      case agent_errc::kubeconfig_malformed:
        return "malformed kubeconfig";
      case agent_errc::kubeconfig_dangling:
        return "kubeconfig refers to an entry it does not have";
      case agent_errc::kubeconfig_unsupported:
        return "kubeconfig asks for something unsupported";
      case agent_errc::no_kubernetes_access:
        return "no access to Kubernetes is configured";
    }
    return "unknown agent error";
  }
};

}  // namespace

const boost::system::error_category& agent_category() noexcept {
  static const agent_error_category category;
  return category;
}

}  // namespace kitfox::agent
