#pragma once
#include <memory>
#include <string>

#include "agent/agent_policy.hpp"
#include "agent/http_pool.hpp"
#include "agent/response_retry.hpp"
#include "protocol/keys.hpp"

namespace kitfox::agent {

/// How an agent reaches its gateway. Holds the key: never print it.
struct gateway_access {
  runtime::http::url url;
  std::shared_ptr<runtime::tls_client> tls;  // owners: the stream's driver, the pools of the channel
  protocol::api_key key;

  /// A request to `path` below the URL, with Host, Authorization and User-Agent.
  [[nodiscard]] runtime::http::request request_to(std::string method, const std::string& path) const;
};

/// Posts to the gateway apart from the stream: one kept connection for short bodies, and one for long ones,
/// opened when needed, so that short answers do not wait behind them. A post that gets no response within
/// `slow_after` does not hold up the next, and one that meets a kept connection which has died is sent again
/// at once: a try fails only on a connection that was opened for it.
class gateway_channel {
 public:
  /// `access` must outlive it.
  gateway_channel(runtime::host& on, const gateway_access& access, const response_options& options);

  /// One try; the response's status, or 0 on any failure of the transport.
  [[nodiscard]] runtime::task<post_result> post(std::string path, std::string body,
                                                runtime::mono_time give_up_at);

  /// The gateway answered 401, to a post or to the stream: until on_key_accepted(), posts are answered with
  /// 401 from here for `key_hold` after each refusal, so that answers in flight do not hammer the gateway
  /// with a revoked key.
  void on_key_refused();
  void on_key_accepted() { refused_at_.reset(); }
  [[nodiscard]] bool key_refused() const noexcept { return refused_at_.has_value(); }

 private:
  runtime::host& host_;
  const gateway_access& access_;
  response_options options_;
  http_pool prompt_, bulk_;
  std::optional<runtime::mono_time> refused_at_;
};

}  // namespace kitfox::agent
