#pragma once
#include <memory>
#include <optional>
#include <string>

#include "gateway/answers.hpp"
#include "gateway/api_parts.hpp"
#include "gateway/idempotency_table.hpp"
#include "gateway/store.hpp"
#include "protocol/caller_messages.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::gateway {

/// Runs callers' commands and lists connected clusters (`/internal/...`, `/stats`).
class command_api {
 public:
  command_api(api_parts parts, store& clusters);
  [[nodiscard]] runtime::task<void> serve_execute(runtime::http::exchange& call, principal who);
  [[nodiscard]] runtime::http::response list_connected(const principal& who,
                                                       const runtime::http::target_parts& target);
  [[nodiscard]] runtime::http::response get_connected(const principal& who,
                                                      const runtime::http::target_parts& target,
                                                      const std::string& cluster_id);
  [[nodiscard]] runtime::http::response stats(const principal& who,
                                              const runtime::http::target_parts& target);

 private:
  /// A call that was taken on, or the answer that ends it at once.
  struct begun {
    std::optional<runtime::http::response> refusal{};
    std::shared_ptr<pending_call> call{};  // owners: see switchboard::admitted_call
    bool fresh = false;                    ///< To be launched; else another caller's is joined.
  };
  struct checked_request {
    protocol::execute_request request;
    tenant owner;
    std::string cluster_id;
    std::string params_hash;
  };
  [[nodiscard]] runtime::result<std::optional<cluster_record>> find_cluster(
      const protocol::execute_request& request, const tenant& caller);
  std::optional<runtime::http::response> check(const std::string& body, const principal& who,
                                               checked_request& out);
  /// Reports a command that was answered without having been taken on.
  void audit_unsent(const checked_request& checked, const principal& who, protocol::command_error code);
  begun begin(checked_request& checked, const principal& who);
  [[nodiscard]] runtime::task<void> wait_for(runtime::http::exchange& call, std::shared_ptr<pending_call> of);
  runtime::task<void> watch_caller(runtime::http::exchange& call, std::shared_ptr<pending_call> of,
                                   bool& left);
  const std::string& print_outcome(pending_call& of);
  runtime::http::response answer_outcome(pending_call& of);
  void remember(const tenant& owner, const std::string& key, pending_call& ended);
  [[nodiscard]] std::optional<protocol::cluster_entry> describe(const cluster_record& cluster) const;

  api_parts parts_;
  store& clusters_;
  idempotency_table idempotency_;
  std::unique_ptr<runtime::entropy> chance_;
};

}  // namespace kitfox::gateway
