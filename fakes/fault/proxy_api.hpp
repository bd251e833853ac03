#pragma once
#include <string>

#include "fakes/fault/proxy_table.hpp"
#include "runtime/http/server.hpp"

namespace kitfox::fault {

/// Serves a table over HTTP as toxiproxy does (its API v2), so that its clients and its command line work:
/// /proxies, /proxies/{name}, .../toxics, .../toxics/{toxic}, /populate, /reset, /version, /metrics; and
/// beside them /firings and /ca. Like toxiproxy it refuses browsers, which any web page could send here.
class proxy_api final : public runtime::http::handler {
 public:
  /// `serves` must outlive the handler.
  explicit proxy_api(proxy_table& serves) : table_{serves} {}
  [[nodiscard]] runtime::task<void> answer_exchange(runtime::http::exchange& call) override;

 private:
  [[nodiscard]] runtime::task<runtime::http::response> answer(const runtime::http::request& asked);
  [[nodiscard]] runtime::task<api_answer> dispatch(const runtime::http::request& asked);
  [[nodiscard]] runtime::task<api_answer> on_proxy(const std::string& method, std::string name,
                                                   nlohmann::json body);
  [[nodiscard]] api_answer on_toxic(const std::string& method, const std::vector<std::string>& path,
                                    const nlohmann::json& body);
  proxy_table& table_;
};

}  // namespace kitfox::fault
