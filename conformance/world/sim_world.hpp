#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/agent.hpp"
#include "conformance/world/fake_cluster.hpp"
#include "conformance/world/world.hpp"
#include "fakes/sim/simulation.hpp"
#include "gateway/gateway.hpp"

namespace kitfox::conformance {

class failable_keys;
class watched_audit;

/// What runs in place of the reference in a simulated world; the defaults are the reference.
struct sim_subjects {
  agent::agent_policy agent;
  const agent::agent_parts* parts = nullptr;  ///< Empty: the reference parts. Must outlive the world.
  gateway::gateway_policy gateway;
  /// Change what a scenario's settings made of the options.
  void (*tune_agent)(agent::agent_policy&) = nullptr;
  void (*tune_gateway)(gateway::gateway_options&) = nullptr;
  /// Put something between a program and the host that it runs on, or its look-ups of keys, which outlive
  /// what is returned.
  std::unique_ptr<runtime::host> (*around_agent)(runtime::host&) = nullptr;
  std::unique_ptr<runtime::host> (*around_gateway)(runtime::host&, const gateway::gateway_options&) = nullptr;
  std::unique_ptr<gateway::key_source> (*around_keys)(gateway::key_source&) = nullptr;
  std::unique_ptr<gateway::audit_sink> (*around_audit)(gateway::audit_sink&) = nullptr;
};

/// A world in virtual time: every process a simulated host, every connection a path through its link.
class sim_world final : public world, private sim::path_source {
 public:
  /// Makes its own simulation of `settings`, whose paths and observer are this world's.
  sim_world(const scenario& what, sim::simulation_options settings, recorder& tape,
            const sim_subjects& subjects);
  ~sim_world() override;

  runtime::host& harness() override { return harness_; }
  recorder& tape() override { return tape_; }
  wire_state& state() override { return state_; }
  link_table& links() override { return links_; }
  runtime::task<runtime::error_code> open(std::string& why) override;
  runtime::task<void> close() override;
  runtime::task<runtime::error_code> start(node_ref node, std::string key) override;
  runtime::task<runtime::error_code> act(node_ref node, node_action action, socket_fate sockets) override;
  bool running(node_ref node) const override;
  runtime::error_code set_clock(node_ref node, runtime::duration jump, double drift) override;
  runtime::error_code set_auth_backend(const auth_backend_verb& to, effect met) override;
  runtime::error_code set_audit_store(const audit_store_verb& to, effect met) override;
  runtime::error_code set_dns(const dns_verb& to, effect met) override;
  cluster_api& kubernetes(std::size_t cluster) override;
  service_address caller_service() override;
  service_address agent_service() override;
  std::string credential(const std::string& team, bool administrator) const override;
  /// Tasks that did not end when their process was killed, as "host: task"; after close().
  [[nodiscard]] const std::vector<std::string>& stuck() const noexcept { return stuck_; }
  [[nodiscard]] sim::simulation& simulation() noexcept { return sim_; }
  [[nodiscard]] sim::sim_host& harness_host() noexcept { return harness_; }

 private:
  struct process;
  struct agent_process;
  struct gateway_process;
  struct api_process;

  sim::opened_path open(const sim::path_request&) override;
  [[nodiscard]] std::string name_of(node_ref node) const;
  [[nodiscard]] sim::name_fault_id plant_name_fault(const std::string& client, const std::string& name,
                                                    const dns_verb& what, effect met);
  [[nodiscard]] process* find(node_ref node) const;
  [[nodiscard]] runtime::task<runtime::error_code> start_api(std::size_t cluster);
  [[nodiscard]] runtime::task<runtime::error_code> start_gateway();
  [[nodiscard]] runtime::task<runtime::error_code> start_agent(node_ref node, std::string key);
  [[nodiscard]] runtime::task<runtime::error_code> started(std::optional<runtime::error_code>& outcome);
  template <class Process, class... Rest>
  [[nodiscard]] Process& begin(const std::string& name, const std::string& host_name, const char* kind,
                               const std::string& cluster, Rest&... rest);
  void watch_audit();
  [[nodiscard]] std::string agent_token(std::size_t cluster);
  [[nodiscard]] std::shared_ptr<runtime::tls_client> harness_tls();
  void note_started(const std::string& node, const char* kind, const std::string& cluster);

  const scenario& what_;
  recorder& tape_;
  const sim_subjects& subjects_;
  std::unique_ptr<runtime::entropy> random_;
  link_table links_;  ///< Outlives the simulation, whose connections run through its links.
  sim::simulation sim_;
  sim::sim_host& harness_;
  object_files object_files_;
  wire_state state_;
  std::unique_ptr<gateway::store> store_;
  std::unique_ptr<gateway::audit_store> audit_;
  std::unique_ptr<failable_keys> key_source_;
  std::unique_ptr<watched_audit> watched_audit_;
  std::unique_ptr<gateway::audit_sink> varied_audit_;  ///< What a variation puts around it.
  gateway::audit_sink* audit_sink_ = nullptr;          ///< The gateway's: one of the two.
  // Processes refer to their API server and their sink, so these outlive them.
  std::map<std::size_t, std::unique_ptr<fake_cluster>> api_servers_;
  std::vector<std::unique_ptr<recording_sink>> sinks_;
  std::map<std::string, std::unique_ptr<process>> processes_;  ///< The latest life of each.
  std::vector<std::unique_ptr<process>> ended_;
  std::map<std::string, sim::name_fault_id> name_faults_;
  std::shared_ptr<runtime::tls_client> harness_tls_;  // owners: this world, and the streams dialled with it
  std::string failure_;
  runtime::notifier started_;
  std::vector<std::string> stuck_;
  std::uint16_t agent_port_ = 443, caller_port_ = 8444;
};

}  // namespace kitfox::conformance
