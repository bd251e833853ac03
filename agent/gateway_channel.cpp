#include "agent/gateway_channel.hpp"

#include "protocol/timestamps.hpp"

namespace kitfox::agent {

namespace http = runtime::http;

namespace {

http_pool_options lane_of(const response_options& options) {
  http_pool_options lane;
  // The gateway takes a second copy of an answer as it took the first.
  lane.on_dead = dead_kept::resend;
  lane.slow_max = options.slow_connections_max;
  lane.slow_after = options.slow_after;
  return lane;
}

}  // namespace

http::request gateway_access::request_to(std::string method, const std::string& path) const {
  http::request message;
  message.method = std::move(method);
  message.target = url.path + path;
  message.headers.add("Host", url.host_header());
  message.headers.add("Authorization", "Bearer " + std::string{key.reveal()});
  message.headers.add("User-Agent", "kitfox-agent");
  return message;
}

gateway_channel::gateway_channel(runtime::host& on, const gateway_access& access,
                                 const response_options& options)
    : host_{on},
      access_{access},
      options_{options},
      prompt_{on, access.url.authority, access.tls, lane_of(options)},
      bulk_{on, access.url.authority, access.tls, lane_of(options)} {}

void gateway_channel::on_key_refused() { refused_at_ = host_.clock().now(); }

runtime::task<post_result> gateway_channel::post(std::string path, std::string body,
                                                 runtime::mono_time give_up_at) {
  post_result outcome;
  if (refused_at_ && host_.clock().now() - *refused_at_ < options_.key_hold) {
    outcome.status = 401;
    co_return outcome;
  }
  http_pool& lane = body.size() > options_.prompt_bytes_max ? bulk_ : prompt_;
  http::request message = access_.request_to("POST", path);
  message.headers.add("Content-Type", "application/json");
  message.headers.add("Accept", "application/json");
  message.body = std::move(body);
  const http_pool::patience limits{options_.try_timeout, give_up_at};
  const auto answer = co_await lane.exchange(std::move(message), limits);
  if (!answer) co_return outcome;
  outcome.status = answer->status;
  if (outcome.status == 401) {
    on_key_refused();
    host_.events().error("key_rejected", {{"status", std::int64_t{outcome.status}}});
  }
  if (const auto field = answer->headers.get("Retry-After")) {
    const auto asked = protocol::parse_retry_after(*field, host_.clock().wall_now());
    if (asked) outcome.retry_after = *asked;
  }
  co_return outcome;
}

}  // namespace kitfox::agent
