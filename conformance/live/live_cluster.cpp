#include "conformance/live/live_cluster.hpp"

#include <boost/system/errc.hpp>

#include "fakes/kube/resource_catalog.hpp"

namespace kitfox::conformance {
namespace {

namespace http = runtime::http;
using kube::json;

constexpr runtime::duration between_looks = std::chrono::milliseconds{10};

runtime::error_code refused_by_server() {
  return boost::system::errc::make_error_code(boost::system::errc::protocol_error);
}
runtime::error_code never_settled() {
  return boost::system::errc::make_error_code(boost::system::errc::timed_out);
}

std::string collection_of(const kube::resource_type& type, const std::string& ns) {
  std::string out = type.group.empty() ? "/api/" : "/apis/" + std::string{type.group} + "/";
  out += type.version;
  if (type.scope == kube::resource_scope::namespaced) out += "/namespaces/" + ns;
  return out + "/" + std::string{type.plural};
}

/// What may pass: a namespace that is still being taken out, or one that the server has not noticed yet.
bool may_pass(const http::response& answer) {
  return (answer.status == 403 && answer.body.find("being terminated") != std::string::npos) ||
         (answer.status == 404 && answer.body.find("namespaces") != std::string::npos) ||
         (answer.status == 409 && answer.body.find("being deleted") != std::string::npos);
}

}  // namespace

live_cluster::live_cluster(runtime::host& on, std::unique_ptr<kube_admin> admin,
                           const pki::authority* kubelets, std::string run)
    : host_{on},
      admin_{std::move(admin)},
      kubelets_{kubelets},
      run_{std::move(run)},
      kubelet_{on},
      marker_{on, *admin_, agent_namespace, kube::json::object({{run_label, run_}})} {}

service_address live_cluster::address() const {
  return {admin_->server().authority, admin_->trust(), admin_->server().host_header()};
}

runtime::task<runtime::result<http::response>> live_cluster::administer(http::request message) {
  co_return co_await admin_->ask(std::move(message));
}

/// What a server that was started for this run needs beside the scenario's own words.
void live_cluster::prepare(const kube::resource_type& type, json& body) const {
  body["metadata"]["labels"][run_label] = run_;
  if (type.kind != "Node" || kubelets_ == nullptr) return;
  json& status = body["status"];
  status["addresses"].push_back({{"type", "ExternalIP"}, {"address", "127.0.0.1"}});
  status["daemonEndpoints"]["kubeletEndpoint"]["Port"] = kubelet_.port();
}

runtime::task<runtime::error_code> live_cluster::post(std::string path, json body, std::string& why) {
  const runtime::mono_time until = host_.clock().now() + settle_timeout;
  for (;;) {
    const auto answer = co_await admin_->ask("POST", path, body);
    if (!answer) {
      why = "POST " + path;
      co_return answer.error();
    }
    if (answer->status < 300) co_return runtime::error_code{};
    if (!may_pass(*answer) || host_.clock().now() > until) {
      why = "POST " + path + ": " + message_of_answer(*answer);
      co_return refused_by_server();
    }
    const runtime::error_code failure = co_await host_.clock().sleep_for(between_looks);
    if (failure) co_return failure;
  }
}

runtime::task<runtime::error_code> live_cluster::create(const kube::resource_type& type, json body,
                                                        std::string& why) {
  prepare(type, body);
  const std::string name = body["metadata"]["name"].get<std::string>();
  const std::string ns = body["metadata"].value("namespace", "");
  // Every cluster has one from the start, and it does not go.
  if (type.kind == "Namespace" && name == "default") co_return runtime::error_code{};
  const std::string collection = collection_of(type, ns);
  const json status = body.contains("status") ? body["status"] : json{};
  const runtime::error_code failure = co_await post(collection, body, why);
  if (failure) co_return failure;
  made_object one{collection + "/" + name, type.kind == "Namespace"};
  const std::string path = one.path;
  (body["apiVersion"] == "rbac.authorization.k8s.io/v1" ? rights_ : made_).push_back(std::move(one));
  if (status.is_null() || type.kind == "Namespace") co_return runtime::error_code{};
  // Nobody else would say it: neither kubelet nor controllers are there.
  json patch{{"status", status}};
  const auto answer = co_await admin_->ask("PATCH", path + "/status", std::move(patch));
  if (!answer) co_return answer.error();
  if (answer->status < 300) co_return runtime::error_code{};
  why = "PATCH " + path + "/status: " + message_of_answer(*answer);
  co_return refused_by_server();
}

runtime::task<runtime::error_code> live_cluster::fill(kube::loaded_file file, const rbac_values& rights,
                                                      std::string& why) {
  if (kubelets_ != nullptr) {
    const runtime::error_code failure = co_await kubelet_.start(*kubelets_);
    if (failure) co_return failure;
  }
  for (const kube::loaded_log& one : file.logs) kubelet_.keep(one);
  for (kube::loaded_object& one : file.objects) {
    const runtime::error_code failure = co_await create(*one.type, std::move(one.body), why);
    if (failure) co_return failure;
  }
  rbac_values none;
  none.granted = rbac_values::grant::none;
  for (json& one : agent_objects(none)) {
    const auto* type = kube::find_kind("", one["kind"].get<std::string>());
    const runtime::error_code failure = co_await create(*type, std::move(one), why);
    if (failure) co_return failure;
  }
  why = "the agent's rights";
  rbac_values wanted = rights;
  co_return co_await install_rbac(std::move(wanted));
}

runtime::task<runtime::error_code> live_cluster::install_rbac(rbac_values values) {
  while (!rights_.empty()) {
    made_object one = rights_.back();
    rights_.pop_back();
    const runtime::error_code failure = co_await remove(std::move(one));
    if (failure) co_return failure;
  }
  for (json& one : agent_objects(values)) {
    const std::string kind = one["kind"].get<std::string>();
    if (kind == "Namespace" || kind == "ServiceAccount") continue;
    std::string why;
    const runtime::error_code failure =
        co_await create(*kube::find_kind("rbac.authorization.k8s.io", kind), std::move(one), why);
    if (failure) co_return failure;
  }
  co_return co_await marker_.settle();
}

runtime::task<runtime::result<std::string>> live_cluster::agent_token() {
  const std::string path =
      std::string{"/api/v1/namespaces/"} + agent_namespace + "/serviceaccounts/" + agent_account + "/token";
  json asked{{"apiVersion", "authentication.k8s.io/v1"},
             {"kind", "TokenRequest"},
             {"spec", {{"expirationSeconds", 3600}}}};
  const auto answer = co_await admin_->ask("POST", path, std::move(asked));
  if (!answer) co_return answer.error();
  const json body = json::parse(answer->body, nullptr, false);
  if (answer->status >= 300 || !body.is_object() || !body.contains("status")) co_return refused_by_server();
  const std::string token = body["status"].value("token", "");
  // The authenticator looks accounts up in a cache that follows by a watch.
  const runtime::mono_time until = host_.clock().now() + settle_timeout;
  for (;;) {
    http::request look;
    look.target = "/api";
    look.headers.add("Authorization", "Bearer " + token);
    const auto seen = co_await admin_->ask(std::move(look));
    if (!seen) co_return seen.error();
    if (seen->status != 401) break;
    if (host_.clock().now() > until) co_return never_settled();
    const runtime::error_code failure = co_await host_.clock().sleep_for(between_looks);
    if (failure) co_return failure;
  }
  co_return token;
}

runtime::task<runtime::error_code> live_cluster::remove(made_object one) {
  const json at_once{{"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"gracePeriodSeconds", 0}};
  const auto answer = co_await admin_->ask("DELETE", one.path, at_once);
  if (!answer) co_return answer.error();
  if (answer->status >= 300 && answer->status != 404 && answer->status != 409) co_return refused_by_server();
  if (!one.is_namespace) co_return runtime::error_code{};
  // Its controller empties a namespace and lets it go; where there is none, everything in it was ours.
  const runtime::mono_time until = host_.clock().now() + settle_timeout;
  for (bool again = false;; again = true) {
    const auto left = co_await admin_->ask("GET", one.path, nullptr);
    if (!left) co_return left.error();
    if (left->status == 404) co_return runtime::error_code{};
    if (host_.clock().now() > until) co_return never_settled();
    json body = json::parse(left->body, nullptr, false);
    const bool ours = kubelets_ != nullptr || again;
    if (body.is_object() && ours) {
      body["spec"]["finalizers"] = json::array();
      const auto freed = co_await admin_->ask("PUT", one.path + "/finalize", std::move(body));
      if (!freed) co_return freed.error();
    }
    const runtime::error_code failure = co_await host_.clock().sleep_for(between_looks);
    if (failure) co_return failure;
  }
}

runtime::task<void> live_cluster::close() {
  for (std::string& path : marker_.paths()) rights_.push_back({std::move(path), false});
  for (std::vector<made_object>* all : {&rights_, &made_}) {
    while (!all->empty()) {
      made_object one = all->back();
      all->pop_back();
      const runtime::error_code failure = co_await remove(std::move(one));
      if (failure) clean_ = false;
    }
  }
  co_await kubelet_.stop();
}

}  // namespace kitfox::conformance
