#pragma once
#include <memory>
#include <string>
#include <vector>

#include "conformance/bench/distribution.hpp"
#include "conformance/bench/gateway_program.hpp"
#include "conformance/bench/load_agent.hpp"
#include "conformance/bench/registered_cluster.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::conformance {

/// Agents that connect and then do nothing.
struct idle_load {
  std::size_t agents = 10'000;
  std::size_t dials_at_once = 64;
  runtime::duration settle = std::chrono::seconds{5};  ///< Watched after the last has connected.
};
struct idle_numbers {
  std::size_t connected = 0, failed = 0, ended_early = 0;
  runtime::duration connect_wall{0}, connect_cpu{0}, own_connect_cpu{0};
  std::uint64_t resident_before = 0, resident_after = 0;
  runtime::duration idle_wall{0}, idle_cpu{0};
  std::uint64_t heartbeats = 0;
};

/// Callers that each have one call under way at every time, to a cluster and agent of their own.
struct execute_load {
  std::size_t callers = 64;
  runtime::duration warm_up = std::chrono::seconds{1}, span = std::chrono::seconds{10};
};
struct execute_numbers {
  std::size_t done = 0, failed = 0;
  runtime::duration wall{0}, cpu{0}, own_cpu{0};
  distribution latency;
};

/// Streams that come and go, each of an instance that was never there before.
struct churn_load {
  std::size_t connects = 10'000, warm_up = 3'000;  ///< What is there after the warm-up may stay.
  std::size_t dials_at_once = 16;
  runtime::duration settle = std::chrono::seconds{2};  ///< From the last end to the look at what is left.
};
struct churn_numbers {
  struct left_behind {
    std::uint64_t resident_bytes = 0, descriptors = 0, metric_series = 0;
  };
  std::size_t connected = 0, failed = 0;
  left_behind before, after;
  runtime::duration wall{0};
};

/// One load generator, on one thread, against a gateway: TLS everywhere, full handshakes, since agents of
/// different clusters share no sessions. Every function sets `why` when it fails.
class gateway_load {
 public:
  /// Agents of one cluster in an idle load; within the default limits of kitfox-gateway.
  static constexpr std::size_t agents_per_cluster = 50;

  gateway_load(runtime::host& on, const gateway_program& gateway)
      : host_{on}, gateway_{gateway}, cancelled_now_{on.executor()}, tasks_{on} {}

  /// Registers clusters and gets their keys.
  [[nodiscard]] runtime::task<runtime::error_code> prepare(std::size_t clusters, std::string& why);
  [[nodiscard]] runtime::task<runtime::error_code> run(const idle_load& what, idle_numbers& out,
                                                       std::string& why);
  [[nodiscard]] runtime::task<runtime::error_code> run(const execute_load& what, execute_numbers& out,
                                                       std::string& why);
  [[nodiscard]] runtime::task<runtime::error_code> run(const churn_load& what, churn_numbers& out,
                                                       std::string& why);
  /// Ends a run early, which then fails.
  void cancel();

 private:
  struct dialling {
    std::size_t next = 0;
    idle_numbers& out;
    std::string& why;
  };
  struct churning {
    std::size_t next = 0, end = 0;
    churn_numbers& out;
    std::string& why;
  };
  struct calling {
    execute_numbers& out;
    bool counts = false, stop = false;
  };
  [[nodiscard]] runtime::result<std::shared_ptr<runtime::tls_client>> make_trust() const;
  [[nodiscard]] runtime::error_code make_agents(std::size_t count, std::size_t per_cluster);
  [[nodiscard]] runtime::task<void> dial_some(dialling& all);
  [[nodiscard]] runtime::task<void> come_and_go(churning& all);
  [[nodiscard]] runtime::task<runtime::error_code> churn(const churn_load& what, churning& all,
                                                         std::size_t until);
  [[nodiscard]] runtime::task<runtime::result<churn_numbers::left_behind>> look(std::string& why);
  [[nodiscard]] runtime::task<void> serve(load_agent& one, std::size_t& ended);
  [[nodiscard]] runtime::task<void> call_until_stopped(std::unique_ptr<bare_connection> by,
                                                       std::string request, calling& all);
  [[nodiscard]] runtime::task<runtime::error_code> open_callers(std::size_t count, calling& all,
                                                                runtime::task_group& callers);
  [[nodiscard]] runtime::task<void> close_agents();
  [[nodiscard]] runtime::task<runtime::error_code> pause(runtime::duration span);

  runtime::host& host_;
  const gateway_program& gateway_;
  // owners: this object, and callers' streams
  std::shared_ptr<runtime::tls_client> trust_;
  std::vector<registered_cluster> clusters_;
  std::vector<std::unique_ptr<load_agent>> agents_;
  bool closing_ = false, cancelled_ = false;
  runtime::notifier cancelled_now_;
  runtime::task_group tasks_;
  runtime::task_group* callers_ = nullptr;
};

}  // namespace kitfox::conformance
