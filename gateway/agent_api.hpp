#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "gateway/answers.hpp"
#include "gateway/options.hpp"
#include "gateway/policy.hpp"
#include "gateway/store.hpp"
#include "gateway/switchboard.hpp"
#include "protocol/keys.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::gateway {

/// What both listeners' handlers work with; everything outlives them.
struct api_parts {
  runtime::host& on;
  const gateway_options& options;
  const gateway_policy& policy;
  switchboard& board;
  audit_log& audit;
  metrics& numbers;
  const bool& draining;  ///< True from the request to stop on.
};

/// The routes of the agents' listener: connect, response, heartbeat, health, ready.
class agent_api final : public runtime::http::handler {
 public:
  agent_api(api_parts parts, key_source& keys);
  [[nodiscard]] runtime::task<void> handle(runtime::http::exchange& call) override;
  [[nodiscard]] std::optional<runtime::http::response> screen(const runtime::http::request& head) override;
  [[nodiscard]] runtime::http::response refusal(int status) override { return make_refusal(status); }

 private:
  struct admission_result {
    std::optional<key_record> key{};
    agent_refusal why = agent_refusal::key_invalid;
    duration retry_after = std::chrono::seconds{5};
  };
  enum class attempt { connect, post };
  runtime::task<admission_result> authenticate(runtime::http::exchange& call, attempt kind);
  [[nodiscard]] admission_result judge_key(const protocol::api_key& presented,
                                           const std::optional<key_record>& known, attempt kind,
                                           std::string_view peer);
  /// Of a key that opens nothing: unknown, or with a wrong secret; the two are not told apart.
  [[nodiscard]] admission_result refuse_wrong_key(std::string_view peer);
  runtime::http::response refuse(agent_refusal why, duration retry_after, std::string_view detail);
  /// `detail` is told; if empty, the reason's own text.
  runtime::task<void> refuse_connect(runtime::http::exchange& call, connect_refusal refusal,
                                     std::string_view key_id, std::string_view detail = {});
  runtime::task<void> serve_connect(runtime::http::exchange& call);
  runtime::task<void> serve_stream(runtime::http::exchange& call, const key_record& key, route facts,
                                   agent_facts told);
  runtime::task<void> serve_response(runtime::http::exchange& call, const std::vector<std::string>& ids);
  runtime::task<void> serve_heartbeat(runtime::http::exchange& call);
  void audit_refusal(agent_refusal why, std::string_view key_id, std::string_view peer);

  api_parts parts_;
  key_source& keys_;
  std::unique_ptr<runtime::entropy> chance_;
};

/// The key in `Authorization: Bearer KEY`.
[[nodiscard]] std::optional<protocol::api_key> bearer_key(const runtime::http::request& head);

}  // namespace kitfox::gateway
