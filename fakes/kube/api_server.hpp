#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/kube/api_answer.hpp"
#include "fakes/kube/authenticator.hpp"
#include "fakes/kube/discovery.hpp"
#include "fakes/kube/fault_script.hpp"
#include "fakes/kube/list_options.hpp"
#include "fakes/kube/object_store.hpp"
#include "fakes/kube/pod_launch.hpp"
#include "fakes/kube/pod_logs.hpp"
#include "fakes/kube/rbac.hpp"
#include "fakes/kube/request_journal.hpp"
#include "fakes/kube/watch_stream.hpp"
#include "fakes/kube/yaml_objects.hpp"

namespace kitfox::kube {

class kubelet;

struct api_limits {
  std::size_t body_bytes_max = 3 * 1024 * 1024;  ///< Of a request, as in kube-apiserver.
  std::size_t in_flight_max = 400;               ///< Watches and system:masters not counted; then 429.
  std::size_t streams_max = 20'000;              ///< Watches and followed logs at a time; then 429.
  store_limits store;
  log_limits logs;
  watch_limits watch;
  journal_limits journal;
  accepted_token_limits tokens;
  yaml_limits yaml;
  std::size_t controller_steps_max = 100'000;  ///< Of the controllers after one request.
  std::size_t events_max = 1000;               ///< Kept of those that controllers and kubelet record.
};

enum class bootstrap_objects {
  installed,  ///< Bootstrap roles and bindings, and the namespaces default, kube-system, kube-public.
  /// Without the roles of controllers and nodes, which decide nothing for anybody else: a world of a thousand
  /// servers begins sooner. The roles view, edit and admin are not aggregated then, and have the same rules.
  for_clients,
  none,
};

/// What of a cluster runs beside its API server.
enum class cluster_controllers {
  none,          ///< A bare API server: what is marked for deletion stays until clients finish it.
  lifecycle,     ///< The garbage collector, the end of namespaces, and kubelets that stop pods at once.
  workloads,     ///< Those, and what makes pods of Deployments and says they are Ready. Nothing runs in them.
  running_pods,  ///< Those, but pods are what api_server::node() is told that they are.
};

/// The one node of a cluster whose pods run.
struct node_options {
  std::vector<image_mapping> images;
  std::string pods_folder;  ///< Absolute; pods find their files below it.
};

struct api_server_options {
  server_identity identity;
  anonymous_requests anonymous = anonymous_requests::allowed;
  watch_list_support watch_list = watch_list_support::rejected;
  bootstrap_objects bootstrap = bootstrap_objects::installed;
  cluster_controllers controllers = cluster_controllers::lifecycle;
  node_options node;
  /// What ConfigMaps kube-root-ca.crt hold, where workloads are controlled.
  std::string root_authority_pem;
  /// Signs service account tokens; give each cluster its own.
  std::string signing_key = "kitfox";
  std::uint64_t uid_seed = 0;
  /// A watch without timeoutSeconds ends after this; the real server draws 30 to 60 minutes.
  runtime::duration watch_timeout = std::chrono::minutes{45};
  api_limits limits;
};

/// A fake kube-apiserver without I/O: a request and the time go in, an answer comes out as data. Speaks as
/// version 1.20 does. Not thread-safe; answers and streams must not outlive it. serve_api.hpp puts it on a
/// listener.
class api_server {
 public:
  explicit api_server(api_server_options options, runtime::wall_time now);
  ~api_server();
  api_server(const api_server&) = delete;
  api_server& operator=(const api_server&) = delete;

  /// Answers one request. Never fails: what cannot be understood is answered with an error.
  [[nodiscard]] api_answer answer_request(const runtime::http::request& request, instant now);

  /// Adds or replaces everything in a YAML text, defaults filled in, log texts included. Nothing is stored
  /// when any of it is malformed. Errors: those of load_objects(), and errc::store_full.
  [[nodiscard]] runtime::error_code load_yaml(std::string_view text, diagnostics& where,
                                              runtime::wall_time now);
  /// The same with a file that was read before. What is stored of it before an object that does not fit
  /// stays; `where` then names that object's line.
  [[nodiscard]] runtime::error_code load(loaded_file file, diagnostics& where, runtime::wall_time now);
  /// Adds or replaces one object, defaults filled in. It needs apiVersion, kind, metadata.name and, where the
  /// kind is namespaced, metadata.namespace. Errors: errc::not_an_object, unknown_kind, wrong_scope,
  /// store_full.
  [[nodiscard]] runtime::result<object_ptr> put(json object, runtime::wall_time now);
  /// Deletes one object, by "pods" or "deployments.apps". Errors: errc::unknown_kind, not_found.
  [[nodiscard]] runtime::error_code remove(std::string_view group_resource, std::string_view ns,
                                           std::string_view name);
  /// A token of a service account that exists. Errors: errc::not_found.
  [[nodiscard]] runtime::result<std::string> issue_token(const service_account_name& account,
                                                         runtime::wall_time now,
                                                         runtime::duration lifetime = std::chrono::hours{
                                                             24 * 365});
  /// Breaks every stream off without an ending, as a restarted server does. State is kept.
  void restart();
  /// Forgets the history: watches and pages that need it get 410.
  void compact();

  /// Runs the pods; null unless cluster_controllers::running_pods.
  [[nodiscard]] kubelet* node() noexcept;
  [[nodiscard]] authenticator& tokens() noexcept;
  [[nodiscard]] fault_script& faults() noexcept;
  [[nodiscard]] pod_logs& logs() noexcept;
  [[nodiscard]] request_journal& requests() noexcept;
  [[nodiscard]] const object_store& objects() const noexcept;
  /// The roles and bindings now in force.
  [[nodiscard]] const rbac_policy& policy() const;
  [[nodiscard]] const api_limits& limits() const noexcept;
  /// Streams that are being sent.
  [[nodiscard]] std::size_t streams() const noexcept;

  /// Called after anything changed that a waiting stream may care about. One listener.
  void on_change(std::function<void()> listener);

  struct state;

 private:
  std::unique_ptr<state> state_;
};

}  // namespace kitfox::kube
