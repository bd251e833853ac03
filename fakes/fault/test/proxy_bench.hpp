#pragma once
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "fakes/fault/proxy_api.hpp"
#include "fakes/fault/test/socket_bench.hpp"

namespace kitfox::fault::test {

/// The proxy program without its command line: the API on a socket, an upstream of the test, and a client of
/// both.
class proxy_bench {
 public:
  explicit proxy_bench(std::uint64_t seed = 1, proxy_limits limits = {});
  ~proxy_bench();

  void run(std::function<runtime::task<void>(proxy_bench&)> script);

  struct answer {
    int status = 0;
    nlohmann::json body;
    std::string text;
  };
  /// One call of the API over HTTP.
  [[nodiscard]] runtime::task<answer> call(std::string method, std::string target, std::string body = {},
                                           std::string agent = {});
  /// Creates a proxy to the bench's upstream, with more fields of the request as JSON ("\"toxics\": [...]").
  [[nodiscard]] runtime::task<void> create(std::string name, std::string more = {});
  /// Dials the proxy of that name.
  [[nodiscard]] runtime::task<runtime::result<std::unique_ptr<runtime::byte_stream>>> dial(
      std::string name, std::shared_ptr<runtime::tls_client> tls = nullptr);
  [[nodiscard]] runtime::task<socket_bench::stream_pair> connect(std::string name);

  std::unique_ptr<runtime::event_sink> events;
  std::unique_ptr<runtime::real_host> host;
  std::unique_ptr<runtime::listener> upstream;
  std::unique_ptr<proxy_table> table;

 private:
  [[nodiscard]] runtime::task<int> main(std::function<runtime::task<void>(proxy_bench&)> script);
  std::unique_ptr<runtime::entropy> random_;
  proxy_limits limits_;
  runtime::endpoint api_;
};

}  // namespace kitfox::fault::test
