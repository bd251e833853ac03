#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "agent/agent.hpp"
#include "agent/test/recorded_events.hpp"
#include "agent/test/scripted_gateway.hpp"
#include "agent/test/scripted_kube.hpp"
#include "fakes/sim/simulation.hpp"
#include "runtime/http/client.hpp"

namespace kitfox::agent::test {

/// One agent between a scripted gateway and a scripted API server, in virtual time, 10 ms from each.
class agent_world : public testing::Test {
 protected:
  explicit agent_world(std::uint64_t seed = 1);
  ~agent_world() override;
  /// No secret may have left by an event or a metric (CON-7).
  void TearDown() override;

  /// Starts the agent on a host of its own; it stops at its end or with the test.
  void start(const std::function<void(agent_options&)>& adjust = {});
  void run_for(runtime::duration span);
  /// Runs until `condition` holds; fails the test after `limit`.
  void run_until(const std::function<bool()>& condition, runtime::duration limit = std::chrono::minutes{10});
  void run_until_connected(std::size_t times = 1);
  /// Starts the agent, runs until it is connected, and forgets the calls made so far.
  void connect(const std::function<void(agent_options&)>& adjust = {});
  /// Sends a command on the stream.
  void send(const std::string& id, const std::string& name, const std::string& params = "{}",
            double timeout_seconds = 30);
  /// Requests for objects of namespace slow get no answer from now on; `slow` asks for it.
  void make_slow();
  static constexpr const char* slow = R"({"namespace":"slow"})";
  /// The answer to a request; null while there is none.
  [[nodiscard]] nlohmann::json answer_of(const std::string& id) const;
  /// Runs until that many answers came, and returns the last as JSON.
  nlohmann::json run_until_answered(std::size_t count = 1);
  [[nodiscard]] runtime::duration since_start() const { return world.now().time_since_epoch(); }
  /// Sends a heartbeat each 15 s for so long.
  void beat_for(runtime::duration span);

  /// GETs from the agent's own machine at metrics_port.
  [[nodiscard]] runtime::http::response get(const std::string& path, const std::string& method = "GET");
  /// The line of /metrics that begins with `name`, without it.
  [[nodiscard]] std::string metric(const std::string& name);
  /// Listens again after scripted_gateway::stop_listening().
  void bring_gateway_back();

  static const std::string key_text, token_text;
  static constexpr std::uint16_t metrics_port = 9100;

  sim::simulation world;
  recorded_events events;
  sim::sim_host& gateway_host;
  sim::sim_host& kube_host;
  sim::sim_host& agent_host;
  runtime::task_group gateway_tasks, kube_tasks, agent_tasks;
  scripted_gateway gateway;
  scripted_kube kube;
  memory_files disk;
  agent_parts reference_parts;
  const agent_parts* parts = &reference_parts;
  runtime::stop_source stop;
  std::optional<int> exit;
  std::optional<runtime::duration> exited_at;

 private:
  runtime::task<void> run_one(agent_options options);
  runtime::task<void> exchange(std::string method, std::string path, runtime::http::response& into);
  void expect_no_secret(std::string_view text, std::string_view where) const;
};

}  // namespace kitfox::agent::test
