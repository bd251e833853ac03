#pragma once
#include "fakes/kube/api_server.hpp"
#include "fakes/kube/cluster_controllers.hpp"
#include "fakes/kube/kubelet.hpp"
#include "fakes/kube/media_type.hpp"
#include "fakes/kube/resource_usage.hpp"

namespace kitfox::kube {

/// What controllers and kubelet recorded as Events.
struct event_ledger {
  std::map<std::string, object_place, std::less<>> by_content;
  std::deque<object_place> order;  ///< The oldest first.
  std::uint64_t names_made = 0;
};

/// What the handlers of one server share. Private to the server's sources.
struct api_server::state {
  explicit state(api_server_options given)
      : options{std::move(given)},
        store{options.limits.store, options.uid_seed},
        logs{options.limits.logs},
        tokens{options.signing_key, options.anonymous, options.limits.tokens},
        journal{options.limits.journal},
        backlog{options.controllers} {}

  api_server_options options;
  object_store store;
  pod_logs logs;
  authenticator tokens;
  fault_script faults;
  request_journal journal;
  controller_backlog backlog;
  event_ledger events;
  usage_table usage;
  std::unique_ptr<kubelet> node;  ///< Null unless pods run.
  std::size_t in_flight = 0;
  std::size_t streams = 0;
  std::uint64_t epoch = 0;  ///< Counts restarts.
  std::uint64_t names_made = 0;
  std::function<void()> changed;

  /// Rebuilt when a role or binding changed.
  const rbac_policy& policy();
  void tell() const {
    if (changed) changed();
  }
  bool policy_stale = true;
  bool roles_stale = true;  ///< A ClusterRole changed since aggregated ones were written.

 private:
  rbac_policy policy_;
};

/// One request on its way through the handlers.
struct api_call {
  api_server::state& state;
  const runtime::http::request& request;
  const request_info& info;
  const user_identity& user;
  instant now;
  const resource_type* type = nullptr;  ///< Null for paths that name no resource.

  /// Namespace of the objects it is about. RBAC sees a namespace as inside of itself; the store does not.
  [[nodiscard]] std::string_view object_namespace() const noexcept {
    const bool inside = type != nullptr && type->scope == resource_scope::namespaced;
    return inside ? std::string_view{info.attributes.ns} : std::string_view{};
  }
};

/// Each handler answers the calls it is for, already authorized; an error becomes a Status.
[[nodiscard]] outcome<api_answer> answer_path(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_get(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_list(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_watch(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_log(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_review(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_token_request(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_create(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_update(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_patch(const api_call& call);
[[nodiscard]] outcome<api_answer> answer_delete(const api_call& call);

/// Finds the handler of a call for a resource: unknown resources 404, verbs a resource does not have 405.
[[nodiscard]] outcome<api_answer> route(const api_call& call);

/// Whether the reviews of this kind are answered, not stored.
[[nodiscard]] bool is_review(const resource_type& type) noexcept;
/// The body as JSON, whatever it was sent as. Errors: 400, 413, 415.
[[nodiscard]] outcome<json> read_body(const api_call& call);

[[nodiscard]] api_answer json_answer(int status, const json& body);
/// The same with a body that is JSON already.
[[nodiscard]] api_answer printed_answer(int status, std::string body);
[[nodiscard]] api_answer text_answer(int status, std::string body);
/// As JSON, or as protobuf for clients whose `accept` says so.
[[nodiscard]] api_answer status_answer(const status_error& failure,
                                       std::optional<std::string_view> accept = std::nullopt);
/// The same from the authorizer, whose answers have one header more than a 403 of anybody behind it.
[[nodiscard]] api_answer refusal_answer(const status_error& refusal,
                                        std::optional<std::string_view> accept = std::nullopt);
/// One object in the form that was asked for. `type`: of the object, for its table.
[[nodiscard]] outcome<api_answer> object_answer(const api_call& call, int status, const json& stored);

}  // namespace kitfox::kube
