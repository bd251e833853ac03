#include "conformance/bench/registered_cluster.hpp"

#include <fmt/format.h>

#include <boost/system/errc.hpp>
#include <nlohmann/json.hpp>

#include "conformance/bench/gateway_program.hpp"

namespace kitfox::conformance {

std::string print_post(std::string_view target, std::string_view body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: gateway\r\nX-Internal-Service: {}\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      target, gateway_program::credential, body.size(), body);
}

runtime::task<runtime::result<registered_cluster>> register_cluster(bare_connection& by, std::size_t number,
                                                                    std::string& why) {
  const std::string team = fmt::format("team-{}", number / clusters_per_team);
  const std::string request =
      print_post(fmt::format("/api/v1/team/k8s-clusters?org_id=bench&team_node_id={}", team),
                 fmt::format(R"({{"cluster_name":"cluster-{0}","display_name":"cluster {0}"}})", number));
  why = "creating a cluster";
  const auto status = co_await by.exchange(request);
  if (!status) co_return status.error();
  const std::string_view body = by.body();
  const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  why = fmt::format("creating a cluster: HTTP {} {}", *status, body.substr(0, 200));
  if (*status != 201 || !json.is_object() || !json.contains("token") || !json.contains("cluster_id"))
    co_return make_error_code(boost::system::errc::protocol_error);
  co_return registered_cluster{json["cluster_id"].get<std::string>(), team, json["token"].get<std::string>()};
}

}  // namespace kitfox::conformance
