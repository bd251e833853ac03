#include "fakes/kube/api_server.hpp"

#include "fakes/kube/api_state.hpp"
#include "fakes/kube/default_rbac.hpp"
#include "fakes/kube/flow_schema.hpp"
#include "fakes/kube/go_text.hpp"
#include "fakes/kube/impersonation.hpp"
#include "fakes/kube/kubelet.hpp"
#include "fakes/kube/metrics_api.hpp"
#include "fakes/kube/object_defaults.hpp"
#include "fakes/kube/pod_admission.hpp"
#include "fakes/kube/scripted_answer.hpp"
#include "runtime/assert.hpp"

namespace kitfox::kube {

namespace {

/// Ends with the server's epoch, and counts as open until destroyed.
class guarded_stream final : public answer_stream {
 public:
  guarded_stream(std::unique_ptr<answer_stream> inner, api_server::state& state)
      : inner_{std::move(inner)}, state_{state}, epoch_{state.epoch}, open_{state.streams} {}
  stream_step next(instant now) override {
    if (state_.epoch != epoch_) {
      stream_step step;
      step.kind = stream_step::kinds::cut;
      return step;
    }
    return inner_->next(now);
  }

 private:
  std::unique_ptr<answer_stream> inner_;
  api_server::state& state_;
  std::uint64_t epoch_;
  in_flight_ticket open_;
};

bool is_long_running(const request_info& info) {
  return info.attributes.verb == "watch" || info.attributes.subresource == "log" ||
         info.attributes.subresource == "exec" || info.attributes.subresource == "attach";
}

api_answer too_many_requests() {
  api_answer answer = text_answer(429, "Too many requests, please try again later.\n");
  answer.head.headers.add("Retry-After", "1");
  return answer;
}

/// One request from its bytes to its answer; fills the record on the way.
class request_run {
 public:
  request_run(api_server::state& state, const runtime::http::request& request, instant now,
              request_record& record)
      : state_{state}, request_{request}, now_{now}, record_{record} {}

  api_answer run() {
    info_ = parse_request_info(request_.method, request_.target);
    record_.attributes = info_.attributes;
    if (info_.malformed) return text_answer(400, "400 Bad Request");
    const auto real =
        state_.tokens.authenticate(request_.headers.get("Authorization"), state_.store, now_.wall);
    if (!real) return status_answer(unauthorized(), accept());
    record_.user = *real;
    if (auto refusal = impersonate(*real)) return std::move(*refusal);
    api_answer answer = scripted_or_admitted();
    if (!is_long_running(info_) && !turned_away_) announce_flow(record_.user, answer.head.headers);
    return answer;
  }

 private:
  std::optional<std::string_view> accept() const { return request_.headers.get("Accept"); }

  api_answer scripted_or_admitted() {
    const fault_rule* rule = state_.faults.on_request(info_.attributes, record_.user);
    if (rule == nullptr) return admitted();
    record_.fault_id = rule->id;
    // The rule may be removed while its answer is under way.
    const fault_action action = rule->action;
    return apply_fault(action, info_, record_.user, [this] { return admitted(); });
  }

  std::optional<api_answer> impersonate(const user_identity& real) {
    auto asked = parse_impersonation(request_.headers);
    if (!asked) return std::nullopt;
    if (!asked->contradiction.empty()) {
      return text_answer(
          500, "Internal Server Error: " + go_quote(request_.target) + ": " + asked->contradiction + "\n");
    }
    for (const access_attributes& check : asked->checks) {
      const access_decision decision = authorize(state_.policy(), real, check);
      if (!decision.allowed()) return refusal_answer(forbidden(real.name, check, decision.reason), accept());
    }
    record_.real_user = real.name;
    record_.user = std::move(asked->target);
    return std::nullopt;
  }

  api_answer admitted() {
    const bool long_running = is_long_running(info_);
    const bool exempt = record_.user.in_group(group_masters);
    const api_limits& limits = state_.options.limits;
    if (long_running ? state_.streams >= limits.streams_max
                     : !exempt && state_.in_flight >= limits.in_flight_max) {
      turned_away_ = true;
      return too_many_requests();
    }
    api_answer answer = authorized();
    if (answer.stream) {
      answer.stream = std::make_unique<guarded_stream>(std::move(answer.stream), state_);
    } else if (!exempt) {
      answer.ticket = in_flight_ticket{state_.in_flight};
    }
    return answer;
  }

  api_answer authorized() {
    const access_attributes& asked = info_.attributes;
    const access_decision decision = authorize(state_.policy(), record_.user, asked);
    if (!decision.allowed())
      return refusal_answer(forbidden(record_.user.name, asked, decision.reason), accept());
    api_call call{state_, request_, info_, record_.user, now_, nullptr};
    if (asked.is_resource) call.type = find_resource(asked.api_group, asked.api_version, asked.resource);
    auto answer = route(call);
    return answer ? std::move(*answer) : status_answer(answer.error(), accept());
  }

  api_server::state& state_;
  const runtime::http::request& request_;
  instant now_;
  request_record& record_;
  request_info info_;
  bool turned_away_ =
      false;  ///< By the limit of requests in flight, which stands before priority and fairness.
};

void install(api_server& server, const std::vector<json>& objects, runtime::wall_time now) {
  for (const json& object : objects) {
    const auto stored = server.put(object, now);
    KITFOX_ASSERT(stored.has_value());
  }
}

void install_bootstrap_objects(api_server& server, bootstrap_objects which, runtime::wall_time now) {
  if (which == bootstrap_objects::none) return;
  install(server, bootstrap_client_rbac(), now);
  if (which == bootstrap_objects::installed) install(server, bootstrap_system_rbac(), now);
  for (const char* name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    const auto stored =
        server.put(json{{"kind", "Namespace"}, {"apiVersion", "v1"}, {"metadata", {{"name", name}}}}, now);
    KITFOX_ASSERT(stored.has_value());
  }
}

const resource_type* find_group_resource(std::string_view text) {
  for (const resource_type& type : all_resources()) {
    if (type.group_resource() == text) return &type;
  }
  return nullptr;
}

}  // namespace

const rbac_policy& api_server::state::policy() {
  if (!policy_stale) return policy_;
  policy_ = {};
  std::vector<object_ptr> cluster_roles;
  for (const char* plural : {"clusterroles", "clusterrolebindings", "roles", "rolebindings"}) {
    const resource_type& type = *find_resource("rbac.authorization.k8s.io", "v1", plural);
    for (const auto& [key, kept] : store.list(type, "")) {
      const object_ptr object = kept->open();
      policy_.put(object->body);
      if (type.kind == "ClusterRole") cluster_roles.push_back(object);
    }
  }
  std::vector<const json*> bodies;
  for (const object_ptr& role : cluster_roles) bodies.push_back(&role->body);
  policy_.aggregate(bodies);
  policy_stale = false;
  return policy_;
}

api_server::api_server(api_server_options options, runtime::wall_time now)
    : state_{std::make_unique<state>(std::move(options))} {
  state_->store.on_change([shared = state_.get()](const store_change& change) {
    if (change.type->group == "rbac.authorization.k8s.io") shared->policy_stale = true;
    if (change.type->kind == "ClusterRole") shared->roles_stale = true;
    if (change.kind == change_kind::deleted && change.type->kind == "Pod") {
      shared->logs.erase_pod(change.object->at({"metadata", "namespace"}).string(),
                             change.object->at({"metadata", "name"}).string());
    }
    if (shared->options.controllers != cluster_controllers::none) shared->backlog.note(change);
    shared->tell();
  });
  state_->logs.on_change([shared = state_.get()] { shared->tell(); });
  if (serves_metrics(state_->options))
    state_->options.identity.metrics = server_identity::metrics_groups::served;
  install_bootstrap_objects(*this, state_->options.bootstrap, now);
  write_aggregated_rules(*state_);
  if (state_->options.controllers != cluster_controllers::running_pods) return;
  state_->node = std::make_unique<kubelet>(*state_);
  install(*this, {node_object(state_->options.identity.git_version, now)}, now);
}

api_server::~api_server() = default;

api_answer api_server::answer_request(const runtime::http::request& request, instant now) {
  write_aggregated_rules(*state_);  // of what was put since the last request
  request_record record;
  record.at = now;
  record.method = request.method;
  record.target = request.target;
  api_answer answer = request_run{*state_, request, now, record}.run();
  run_controllers(*state_, now.wall);
  const bool headless =
      answer.transfer.ending != transfer_plan::endings::whole && !answer.transfer.body_bytes.has_value();
  record.status = headless ? 0 : answer.head.status;
  state_->journal.add(std::move(record));
  return answer;
}

runtime::error_code api_server::load_yaml(std::string_view text, diagnostics& where, runtime::wall_time now) {
  auto file = load_objects(text, where, state_->options.limits.yaml);
  if (!file) return file.error();
  return load(std::move(*file), where, now);
}

runtime::error_code api_server::load(loaded_file file, diagnostics& where, runtime::wall_time now) {
  for (loaded_object& object : file.objects) {
    where.line = object.line;
    const auto stored = put(std::move(object.body), now);
    if (!stored) return stored.error();
  }
  where.line = 0;
  for (const loaded_log& log : file.logs) {
    state_->logs.append_text(log.name, log.text, log.start == runtime::wall_time{} ? now : log.start,
                             log.step);
    if (!log.open) state_->logs.close(log.name);
  }
  return {};
}

runtime::result<object_ptr> api_server::put(json object, runtime::wall_time now) {
  const std::string_view version = text_at(object, {"apiVersion"});
  const std::size_t slash = version.find('/');
  const std::string_view group = slash == std::string_view::npos ? "" : version.substr(0, slash);
  const resource_type* type = find_kind(group, text_at(object, {"kind"}));
  if (type == nullptr || !type->allows("list") || &stored_as(*type) != type ||
      version != type->api_version()) {
    return make_error_code(errc::unknown_kind);
  }
  const std::string ns{text_at(object, {"metadata", "namespace"})};
  const std::string name{text_at(object, {"metadata", "name"})};
  if (name.empty()) return make_error_code(errc::not_an_object);
  if ((type->scope == resource_scope::namespaced) == ns.empty()) return make_error_code(errc::wrong_scope);
  apply_defaults(*type, object);
  complete_new(*type, object);
  if (state_->store.find(*type, ns, name)) return state_->store.replace(*type, std::move(object));
  return state_->store.create(*type, std::move(object), now);
}

runtime::error_code api_server::remove(std::string_view group_resource, std::string_view ns,
                                       std::string_view name) {
  const resource_type* type = find_group_resource(group_resource);
  if (type == nullptr) return errc::unknown_kind;
  const auto removed = state_->store.remove(*type, ns, name);
  return removed ? runtime::error_code{} : removed.error();
}

runtime::result<std::string> api_server::issue_token(const service_account_name& account,
                                                     runtime::wall_time now, runtime::duration lifetime) {
  return state_->tokens.issue_token(state_->store, account, now, lifetime);
}

void api_server::restart() {
  ++state_->epoch;
  state_->tokens.forget_accepted();
  state_->tell();
}

void api_server::compact() {
  state_->store.compact();
  state_->tell();
}

kubelet* api_server::node() noexcept { return state_->node.get(); }
authenticator& api_server::tokens() noexcept { return state_->tokens; }
fault_script& api_server::faults() noexcept { return state_->faults; }
pod_logs& api_server::logs() noexcept { return state_->logs; }
request_journal& api_server::requests() noexcept { return state_->journal; }
const object_store& api_server::objects() const noexcept { return state_->store; }
const rbac_policy& api_server::policy() const { return state_->policy(); }
const api_limits& api_server::limits() const noexcept { return state_->options.limits; }
std::size_t api_server::streams() const noexcept { return state_->streams; }
void api_server::on_change(std::function<void()> listener) { state_->changed = std::move(listener); }

}  // namespace kitfox::kube
