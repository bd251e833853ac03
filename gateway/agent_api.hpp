#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/agent_desk.hpp"
#include "gateway/answers.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::gateway {

/// The routes of the agents' listener: connect, response, heartbeat, health, ready. Reads requests and drives
/// streams on its shard; what is to be decided is asked of the desk.
class agent_api final : public runtime::http::handler {
 public:
  /// `on` must outlive this.
  explicit agent_api(agent_shard& on);
  [[nodiscard]] runtime::task<void> answer_exchange(runtime::http::exchange& call) override;
  [[nodiscard]] std::optional<runtime::http::response> screen(const runtime::http::request& head,
                                                              const runtime::endpoint& peer) override;
  [[nodiscard]] runtime::http::response refusal(int status) override { return make_refusal(status); }

 private:
  runtime::task<void> serve_connect(runtime::http::exchange& call);
  runtime::task<void> serve_stream(runtime::http::exchange& call, connect_answer admitted);
  runtime::task<void> serve_response(runtime::http::exchange& call, const std::vector<std::string>& ids);
  runtime::task<void> serve_heartbeat(runtime::http::exchange& call);
  [[nodiscard]] posted_response read_response(const runtime::http::exchange& call,
                                              const std::vector<std::string>& ids) const;
  [[nodiscard]] session_fsm make_machine(const connect_answer& admitted);

  agent_shard& shard_;
  std::unique_ptr<runtime::entropy> chance_;
};

/// The key in `Authorization: Bearer KEY`.
[[nodiscard]] std::optional<protocol::api_key> bearer_key(const runtime::http::request& head);

}  // namespace kitfox::gateway
