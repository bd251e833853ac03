#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/agent_shard.hpp"
#include "gateway/api_parts.hpp"
#include "gateway/store.hpp"
#include "protocol/agent_messages.hpp"
#include "protocol/keys.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::gateway {

/// A connect as it was read from the wire.
struct connect_request {
  std::optional<protocol::api_key> key{};
  std::string peer;
  std::string instance_id{};
  agent_facts told{};
  std::string malformed{};  ///< What is wrong with its query; empty: nothing.
};

/// A stream that is registered, or the answer to send instead.
struct connect_answer {
  std::optional<route> granted{};
  std::string cluster_name{};
  runtime::http::response refusal{};
  std::unique_ptr<stream_seat> seat{};  ///< Of a granted stream, taken on arrival.
};

/// An agent's answer to a command as it was read from the wire.
struct posted_response {
  std::optional<protocol::api_key> key{};
  std::string peer;
  std::optional<protocol::command_response> content{};
  std::string malformed{};  ///< If there is no content.
  std::string
      readable_id{};  ///< Of the command that a malformed answer is for, as far as can be told; else empty.
  std::size_t bytes = 0;  ///< Of the body.
};

/// Decides about what agents ask: whose key it is, whether a stream may be opened, what becomes of an answer.
/// Lives on the hub; agent_api asks it by courier.
class agent_desk {
 public:
  agent_desk(api_parts parts, key_source& keys) : parts_{parts}, keys_{keys} {}

  /// Looks the key up, applies limits and registers the stream, which `on` will carry. Between the look-up's
  /// end and the registration nothing else happens: a revocation is either seen by the look-up or finds the
  /// stream.
  [[nodiscard]] runtime::task<connect_answer> connect(agent_shard& on, connect_request request);
  [[nodiscard]] runtime::task<runtime::http::response> take_response(posted_response response);
  [[nodiscard]] runtime::task<runtime::http::response> take_heartbeat(std::optional<protocol::api_key> key,
                                                                      std::string peer);
  /// A request was refused unread, since it showed no key; it counts as a wrong one.
  void on_keyless_request(std::string_view peer);

 private:
  struct admission_result {
    std::optional<key_record> key{};
    agent_refusal why = agent_refusal::key_invalid;
    duration retry_after = std::chrono::seconds{5};
  };
  enum class attempt { connect, post };
  [[nodiscard]] runtime::task<admission_result> authenticate(
      const std::optional<protocol::api_key>& presented, const std::string& peer, attempt kind);
  [[nodiscard]] admission_result judge_key(const protocol::api_key& presented,
                                           const std::optional<key_record>& known, attempt kind,
                                           std::string_view peer);
  /// The key as it was when it opened one of the streams that are there; null: none was opened with it.
  [[nodiscard]] const key_record* key_of_open_stream(std::string_view key_id) const;
  void remember(const key_record& key);
  /// Of a key that opens nothing: unknown, or with a wrong secret; the two are not told apart.
  [[nodiscard]] admission_result refuse_wrong_key(std::string_view peer);
  [[nodiscard]] runtime::http::response refuse(const admission_result& refused,
                                               const std::optional<protocol::api_key>& presented,
                                               std::string_view peer);
  /// `detail` is told; if empty, the reason's own text.
  [[nodiscard]] connect_answer refuse_connect(connect_refusal refusal, std::string_view key_id,
                                              std::string_view peer, std::string_view detail = {});
  /// The command that an unreadable answer is for fails at once, if it is the key's.
  void fail_unreadable(const key_record& key, const posted_response& posted);
  void audit_refusal(agent_refusal why, std::string_view key_id, std::string_view peer);

  api_parts parts_;
  key_source& keys_;
  /// What streams were opened with, by id: while the store cannot be asked, their agents go on (HA-7). Says
  /// nothing of a key that has no stream any more. At most limits.sessions_max.
  std::map<std::string, key_record, std::less<>> opened_with_;
};

/// The answer to an agent that is refused; an empty `detail` stands for the reason's own text.
[[nodiscard]] runtime::http::response make_agent_refusal(const gateway_policy& policy, agent_refusal why,
                                                         duration retry_after, std::string_view detail = {});

}  // namespace kitfox::gateway
