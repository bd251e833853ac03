#pragma once
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fakes/fault/firing_log.hpp"
#include "fakes/fault/relay.hpp"
#include "fakes/fault/toxic.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::fault {

/// One proxy as a client of the API asks for it. Beside toxiproxy's fields: `toxics`, which are on it before
/// the first connection, and `tls`.
struct proxy_request {
  std::string name;
  runtime::endpoint listen, upstream;
  bool enabled = true;
  std::vector<toxic> toxics;
  /// {"hosts": ["localhost"], "upstream": "tls" or "plain", "upstream_ca": PEM}; null: bytes pass as they
  /// are.
  nlohmann::json tls;

  /// "HOST:PORT"; an empty host means every address. Empty when it is neither.
  [[nodiscard]] static std::optional<runtime::endpoint> parse_address(std::string_view text);
  [[nodiscard]] static std::optional<proxy_request> parse(const nlohmann::json& body, api_failure& why);
};

struct proxy_limits {
  std::size_t proxies_max = 1000;
  std::size_t toxics_max = 100;  ///< On one proxy.
  std::size_t firings_max = 10'000;
  relay_limits relay;
};

/// The answer to a call of the API: a status, and a body unless it is 204.
struct api_answer {
  int status = 200;
  nlohmann::json body;

  [[nodiscard]] static api_answer refusal(int status, std::string message) {
    return {status, {{"error", std::move(message)}, {"status", status}}};
  }
};

/// The proxies of a program. Its calls are those of toxiproxy's API, one at a time: take `turn()` around
/// each. Not thread-safe.
class proxy_table {
 public:
  /// Faults draw from `random`. Both must outlive the table.
  proxy_table(runtime::host& on, const runtime::entropy& random, proxy_limits limits);
  ~proxy_table();

  [[nodiscard]] runtime::task<api_answer> create(nlohmann::json body);
  [[nodiscard]] runtime::task<api_answer> populate(nlohmann::json body);
  [[nodiscard]] runtime::task<api_answer> update(std::string name, nlohmann::json body);
  [[nodiscard]] runtime::task<api_answer> remove(std::string name);
  /// Ends everything; nothing may be called afterwards.
  [[nodiscard]] runtime::task<void> close();
  [[nodiscard]] api_answer reset();
  [[nodiscard]] api_answer list() const;
  [[nodiscard]] api_answer get(const std::string& name) const;
  [[nodiscard]] api_answer toxics(const std::string& name) const;
  [[nodiscard]] api_answer get_toxic(const std::string& name, const std::string& toxic_name) const;
  [[nodiscard]] api_answer add_toxic(const std::string& name, const nlohmann::json& body);
  [[nodiscard]] api_answer update_toxic(const std::string& name, const std::string& toxic_name,
                                        const nlohmann::json& body);
  [[nodiscard]] api_answer remove_toxic(const std::string& name, const std::string& toxic_name);
  /// What has fired so far, and what has not.
  [[nodiscard]] api_answer firings() const;
  /// Prometheus text: bytes and connections of each proxy, up to date at this moment.
  [[nodiscard]] std::string metrics() const;
  /// PEM text of the authority behind the certificates of proxies that end TLS.
  [[nodiscard]] const std::string& authority_pem();

  /// Serialises calls that suspend.
  class turn;
  [[nodiscard]] runtime::task<std::unique_ptr<turn>> take_turn();

 private:
  struct entry;
  using failed = std::optional<api_failure>;
  /// Makes the proxy with its toxics and listens; it does not serve yet, and is not in the table.
  [[nodiscard]] runtime::task<failed> prepare(const proxy_request& wanted, std::unique_ptr<entry>& made);
  void install(std::unique_ptr<entry> made, const proxy_request& wanted);
  [[nodiscard]] runtime::task<failed> open(proxy_request wanted);
  [[nodiscard]] runtime::task<failed> replace(proxy_request wanted);
  /// Brings a proxy to other addresses: on failure it is as it was.
  [[nodiscard]] runtime::task<failed> move(proxy_request wanted);
  /// Whether both are the same, by name or by address.
  [[nodiscard]] runtime::task<bool> same_address(runtime::endpoint one, runtime::endpoint another);
  [[nodiscard]] runtime::task<void> shut(std::string name);
  [[nodiscard]] failed settle_tls(const proxy_request& wanted, relay_options& into);
  [[nodiscard]] failed put_toxic(entry& on, const toxic& wanted);
  [[nodiscard]] entry* find(const std::string& name) const;

  runtime::host& on_;
  const runtime::entropy& random_;
  proxy_limits limits_;
  firing_log firings_;
  std::optional<pki::authority> authority_;
  std::uint64_t connections_ = 0;
  std::map<std::string, std::unique_ptr<entry>> entries_;
  bool busy_ = false;
  runtime::notifier free_;
};

}  // namespace kitfox::fault
