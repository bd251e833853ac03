#include "conformance/bench/bench_cluster.hpp"

#include <boost/system/errc.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "conformance/world/cluster_objects.hpp"

namespace kitfox::conformance {
namespace {

nlohmann::json kubeconfig(std::uint16_t port, const std::filesystem::path& authority,
                          const std::string& token) {
  return {{"apiVersion", "v1"},
          {"kind", "Config"},
          {"clusters",
           {{{"name", "fake"},
             {"cluster",
              {{"server", "https://127.0.0.1:" + std::to_string(port)},
               {"certificate-authority", authority.string()}}}}}},
          {"users", {{{"name", "agent"}, {"user", {{"token", token}}}}}},
          {"contexts", {{{"name", "fake"}, {"context", {{"cluster", "fake"}, {"user", "agent"}}}}}},
          {"current-context", "fake"}};
}

}  // namespace

runtime::task<runtime::error_code> bench_cluster::start(const pki::authority& by,
                                                        std::filesystem::path authority_file,
                                                        std::filesystem::path kubeconfig_file) {
  const runtime::wall_time now = host_.clock().wall_now();
  kube::api_server_options options;
  options.bootstrap = kube::bootstrap_objects::for_clients;
  options.signing_key = "signing key of the bench";
  server_ = std::make_unique<kube::api_server>(std::move(options), now);
  object_files files;
  std::string why;
  if (const auto failure = fill_cluster(*server_, cluster_spec{}, files, now, why)) co_return failure;
  const pki::identity own = by.issue(pki::certificate_request{.hosts = {"127.0.0.1"}});
  auto tls = host_.network().make_tls_server({own.certificate_pem, own.private_key_pem, {}});
  if (!tls) co_return tls.error();
  runtime::endpoint at{"127.0.0.1", 0};
  auto listening = co_await host_.network().listen(std::move(at), std::move(*tls));
  if (!listening) co_return listening.error();
  service_ = std::make_unique<kube::api_service>(host_, std::move(*listening), *server_);
  tasks_.spawn("API server", service_->run());
  const auto token = agent_service_token(*server_, now);
  if (!token) co_return token.error();
  std::ofstream out{kubeconfig_file, std::ios::binary | std::ios::trunc};
  out << kubeconfig(service_->local().port, authority_file, *token).dump(1) << std::flush;
  co_return out ? runtime::error_code{} : make_error_code(boost::system::errc::io_error);
}

runtime::task<void> bench_cluster::stop() {
  if (service_) service_->stop();
  co_await tasks_.join();
}

}  // namespace kitfox::conformance
