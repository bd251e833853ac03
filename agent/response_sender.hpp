#pragma once
#include "agent/agent_metrics.hpp"
#include "agent/answer_sender.hpp"
#include "agent/gateway_channel.hpp"

namespace kitfox::agent {

/// The reference answer_sender: POST /agent/response/{id}, repeated as response_retry says.
class response_sender final : public answer_sender {
 public:
  /// All references must outlive it.
  response_sender(runtime::host& on, gateway_channel& channel, const response_options& options,
                  agent_metrics& metrics);
  [[nodiscard]] runtime::task<delivery> send(outgoing_answer answer) override;

 private:
  runtime::host& host_;
  gateway_channel& channel_;
  response_options options_;
  agent_metrics& metrics_;
  std::unique_ptr<runtime::entropy> jitter_;
};

}  // namespace kitfox::agent
