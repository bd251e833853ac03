#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "gateway/answers.hpp"
#include "gateway/api_parts.hpp"
#include "gateway/credentials.hpp"
#include "gateway/key_writer.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::gateway {

class command_api;
class dashboard_api;

/// The callers' listener: authenticates by `X-Internal-Service`, then hands over to command_api or
/// dashboard_api. Health, readiness and metrics are open to whoever reaches the listener.
class caller_api final : public runtime::http::handler {
 public:
  caller_api(api_parts parts, registry_parts registry, credential_book credentials);
  ~caller_api() override;
  [[nodiscard]] runtime::task<void> answer_exchange(runtime::http::exchange& call) override;
  [[nodiscard]] std::optional<runtime::http::response> screen(const runtime::http::request& head,
                                                              const runtime::endpoint& peer) override;
  [[nodiscard]] runtime::http::response refusal(int status) override { return make_refusal(status); }

 private:
  [[nodiscard]] std::optional<principal> find_principal(const runtime::http::request& head) const;
  runtime::http::response refuse_stranger(std::string_view peer);
  runtime::http::response refuse_role(const principal& who);
  [[nodiscard]] runtime::http::response answer_metrics() const;

  api_parts parts_;
  credential_book credentials_;
  std::unique_ptr<command_api> commands_;
  std::unique_ptr<dashboard_api> dashboard_;
};

/// The tenant that a call names, in its query or body.
struct tenant_claim {
  std::optional<std::string> org_id, team_node_id;
};
[[nodiscard]] tenant_claim claim_of(const runtime::http::target_parts& target);

/// What decide_tenant() says, with the answer to a call that has no usable tenant; that one is counted and
/// audited here.
struct tenant_access {
  std::optional<tenant> granted{};
  std::optional<runtime::http::response> refusal{};
};
[[nodiscard]] tenant_access claim_tenant(const api_parts& parts, const principal& who,
                                         const tenant_claim& claim);

}  // namespace kitfox::gateway
