#include "agent/response_sender.hpp"

#include "protocol/ids.hpp"

namespace kitfox::agent {

response_sender::response_sender(runtime::host& on, gateway_channel& channel, const response_options& options,
                                 agent_metrics& metrics)
    : host_{on},
      channel_{channel},
      options_{options},
      metrics_{metrics},
      jitter_{on.entropy().child("response_retry")} {}

runtime::task<delivery> response_sender::send(outgoing_answer answer) {
  response_retry retry{options_, *jitter_, answer.deadline};
  const std::string path = "/agent/response/" + protocol::percent_encode(answer.request_id);
  const runtime::mono_time give_up_at = answer.deadline + options_.grace;
  for (;;) {
    const post_result result = co_await channel_.post(path, answer.body, give_up_at);
    const retry_action action = retry.on_try_ended(result, host_.clock().now());
    if (action.step == retry_action::what::end) co_return action.outcome;
    ++metrics_.response_retries;
    host_.events().warning("response_retried",
                           {{"request_id", answer.request_id},
                            {"status", std::int64_t{result.status}},
                            {"delay_seconds", std::chrono::duration<double>(action.delay).count()}});
    const runtime::error_code cancelled = co_await host_.clock().sleep_for(action.delay);
    if (cancelled) co_return delivery::cancelled;
  }
}

}  // namespace kitfox::agent
