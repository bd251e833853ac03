#pragma once
#include <memory>
#include <string>
#include <vector>

#include "fakes/fault/proxy_table.hpp"

namespace kitfox::fault {

/// "127.0.0.1:8474", "[::1]:8474".
[[nodiscard]] std::string print_address(const runtime::endpoint& at);

/// One proxy that runs, and its toxics.
struct proxy_table::entry {
  struct active_toxic {
    toxic shown;
    fault_id id{};
  };
  entry(runtime::host& on, relay_options options, firing_observer& firings, nlohmann::json with_tls)
      : relaying{on, std::move(options), &firings, nullptr}, tls(std::move(with_tls)), tasks{on} {}

  /// As the API shows it.
  [[nodiscard]] nlohmann::json print(const std::string& name) const;
  [[nodiscard]] active_toxic* find_toxic(const std::string& name);

  relay relaying;
  std::vector<active_toxic> toxics;
  nlohmann::json tls;
  runtime::task_group tasks;
};

/// Held by the one call that may change the table.
class proxy_table::turn {
 public:
  explicit turn(proxy_table& of) : of_{of} { of_.busy_ = true; }
  ~turn() {
    of_.busy_ = false;
    of_.free_.notify_all();
  }
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

 private:
  proxy_table& of_;
};

}  // namespace kitfox::fault
