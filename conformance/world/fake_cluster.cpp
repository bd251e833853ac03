#include "conformance/world/fake_cluster.hpp"

#include "fakes/kube/serve_api.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::conformance {
namespace {

kube::api_server_options options_of_fake(const cluster_spec& spec, std::size_t number) {
  kube::api_server_options options;
  options.bootstrap = kube::bootstrap_objects::for_clients;
  options.signing_key = "signing key of " + spec.path();
  options.uid_seed = number + 1;
  return options;
}

/// One of them behind a listener.
class served_fake final : public cluster_service {
 public:
  explicit served_fake(const cluster_order& order)
      : fake_{order.on.clock(), order.spec, order.number}, trust_{order.trust}, tasks_{order.on} {}

  [[nodiscard]] fake_cluster& fake() noexcept { return fake_; }
  void serve(runtime::host& on, std::unique_ptr<runtime::listener> from) {
    service_ = std::make_unique<kube::api_service>(on, std::move(from), fake_.server());
    tasks_.spawn("API server", service_->run());
  }

  kube::fault_script* faults() override { return fake_.faults(); }
  runtime::task<runtime::result<runtime::http::response>> administer(
      runtime::http::request message) override {
    return fake_.administer(std::move(message));
  }
  runtime::task<runtime::error_code> install_rbac(rbac_values values) override {
    return fake_.install_rbac(std::move(values));
  }
  runtime::task<runtime::result<std::string>> agent_token() override { return fake_.agent_token(); }
  [[nodiscard]] service_address address() const override { return {service_->local(), trust_, {}}; }
  runtime::task<void> close() override {
    if (service_) service_->stop();
    tasks_.cancel();
    co_await tasks_.join();
  }

 private:
  fake_cluster fake_;
  std::shared_ptr<runtime::tls_client> trust_;  // owners: the world, this cluster
  std::unique_ptr<kube::api_service> service_;
  runtime::task_group tasks_;
};

}  // namespace

fake_cluster::fake_cluster(runtime::clock& time, const cluster_spec& spec, std::size_t number)
    : clock_{time}, server_{options_of_fake(spec, number), time.wall_now()} {}

runtime::error_code fake_cluster::fill(const cluster_spec& spec, object_files& files, std::string& why) {
  return fill_cluster(server_, spec, files, clock_.wall_now(), why);
}

runtime::result<std::string> fake_cluster::issue_token() {
  return agent_service_token(server_, clock_.wall_now());
}

runtime::task<runtime::result<runtime::http::response>> fake_cluster::administer(
    runtime::http::request message) {
  message.headers.set("Authorization", std::string{"Bearer "} + administrator_token);
  co_return server_.answer_request(message, {clock_.now(), clock_.wall_now()}).head;
}

runtime::task<runtime::error_code> fake_cluster::install_rbac(rbac_values values) {
  co_return conformance::install_rbac(server_, values, clock_.wall_now());
}

runtime::task<runtime::result<std::string>> fake_cluster::agent_token() { co_return issue_token(); }

runtime::task<runtime::result<std::unique_ptr<cluster_service>>> fake_clusters::open(cluster_order order,
                                                                                     std::string& why) {
  auto fresh = std::make_unique<served_fake>(order);
  const runtime::error_code filled = fresh->fake().fill(order.spec, files_, why);
  if (filled) co_return filled;
  const pki::identity identity =
      order.authority.issue(pki::certificate_request{.hosts = {"127.0.0.1", "localhost"}});
  auto tls = order.on.network().make_tls_server({identity.certificate_pem, identity.private_key_pem, {}});
  if (!tls) co_return tls.error();
  runtime::endpoint at{"127.0.0.1", 0};
  auto listening = co_await order.on.network().listen(std::move(at), std::move(*tls));
  if (!listening) co_return listening.error();
  fresh->serve(order.on, std::move(*listening));
  co_return runtime::result<std::unique_ptr<cluster_service>>{std::move(fresh)};
}

}  // namespace kitfox::conformance
