#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "conformance/world/caller.hpp"
#include "conformance/world/keyring.hpp"
#include "conformance/world/world.hpp"
#include "runtime/deadline.hpp"
#include "runtime/stop_source.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::conformance {

/// How the playing of a scenario ended. What the subjects did wrong is not told here: that is the judge's to
/// find in the transcript.
struct play_outcome {
  /// Empty when every step was carried out; else why the harness could not go on.
  std::string harness_failure;
};

/// Plays one scenario in one world: starts the agents, takes the steps in turn, and records what it does. It
/// decides nothing about right or wrong. Its steps wait for the wire, never for what a subject says of
/// itself.
class player {
 public:
  player(world& in, const scenario& what, std::uint64_t seed);

  /// Opens the world, plays every step, lets the run settle, and closes the world again, whatever happened.
  /// A requested `stop` (null: none) breaks the steps off. A harness failure is then left to the caller to
  /// name.
  [[nodiscard]] runtime::task<play_outcome> run(runtime::stop_source* stop);

 private:
  struct step_result {
    bool ok = true;
    std::string why;       ///< Of a step that did not come to what it asked for.
    bool harness = false;  ///< The harness is at fault: the run ends.
    nlohmann::json more = nlohmann::json::object();
  };
  using outcome = runtime::task<step_result>;

  [[nodiscard]] runtime::task<void> open_and_play(play_outcome& out);
  [[nodiscard]] runtime::task<void> break_off(runtime::stop_source& stop, runtime::task_group& course);
  [[nodiscard]] outcome prepare();
  [[nodiscard]] outcome play_steps();
  [[nodiscard]] runtime::task<void> play_step(std::size_t index);
  [[nodiscard]] outcome await_moment(const step& one);
  [[nodiscard]] outcome take(std::size_t index);
  void undo(std::size_t index);
  [[nodiscard]] runtime::task<void> undo_processes(std::size_t index);
  void note(record_kind kind, std::size_t index, const step_result* result);

  // One function a family of verbs.
  [[nodiscard]] static outcome report(step_result result);
  [[nodiscard]] static outcome report(runtime::error_code failure, const char* what);
  [[nodiscard]] outcome pause(runtime::duration span);
  [[nodiscard]] outcome await_state(const await_verb& what);
  [[nodiscard]] bool has_ended_for_good(const std::string& node) const;
  [[nodiscard]] outcome plant(std::size_t index, const fault_verb& what);
  [[nodiscard]] outcome revoke(const revoke_verb& what);
  [[nodiscard]] outcome issue(const issue_key_verb& what);
  [[nodiscard]] outcome rotate(const rotate_verb& what);
  [[nodiscard]] outcome use_wrong_secret(const wrong_secret_verb& what);
  [[nodiscard]] outcome act_on(std::vector<node_ref> nodes, node_action action, socket_fate sockets);
  [[nodiscard]] outcome start_nodes(const node_set& nodes);
  [[nodiscard]] outcome restart(const restart_verb& what);
  [[nodiscard]] outcome scale(const scale_verb& what);
  [[nodiscard]] outcome set_clock(const clock_verb& what);
  [[nodiscard]] outcome execute(std::size_t index, const execute_verb& what);
  [[nodiscard]] outcome ask(std::size_t index, const ask_verb& what);
  [[nodiscard]] outcome send(std::size_t index, const send_verb& what);
  [[nodiscard]] outcome ask_may(std::size_t index, const can_i_verb& what);
  /// A disturbance that no link knows of; empty where what is asked for is that all is well.
  [[nodiscard]] effect plan_effect(std::size_t index, bool disturbs, std::string_view where);
  void undo_effect(std::size_t index);
  [[nodiscard]] step_result script_kubernetes(std::size_t index, const kubernetes_verb& what);
  void unscript_kubernetes(std::size_t index, const kubernetes_verb& what);
  [[nodiscard]] outcome set_rbac(const set_rbac_verb& what);

  // Calls of callers.
  struct call {
    std::size_t step = 0;
    std::string as;
    std::size_t cluster = 0;
    std::string cluster_id;  ///< Given instead.
    std::string command, params;
    std::optional<runtime::duration> timeout, wait;
    std::string idempotency_key;
    bool failing_only = false;  ///< The question was about failing pods.
  };
  [[nodiscard]] runtime::task<void> make_call(call what);
  [[nodiscard]] runtime::task<void> call_worker(std::vector<call>& queue, std::size_t& next,
                                                std::optional<runtime::duration> every);
  [[nodiscard]] std::string bytes_of(const send_verb& what) const;
  [[nodiscard]] runtime::task<void> send_once(std::size_t index, const send_verb& what);
  [[nodiscard]] runtime::task<void> send_worker(std::size_t index, const send_verb& what,
                                                std::uint64_t& left);

  [[nodiscard]] runtime::task<runtime::error_code> stop_and_wait(node_ref node);
  [[nodiscard]] std::vector<node_ref> nodes_of(const node_set& set) const;
  [[nodiscard]] std::vector<node_ref> agents_of(const agent_set& set) const;
  [[nodiscard]] std::set<std::string> names_of(const agent_set& set) const;
  [[nodiscard]] std::string key_for(std::size_t cluster);
  [[nodiscard]] runtime::duration since_start() const;

  world& world_;
  const scenario& what_;
  caller caller_;
  keyring keys_;
  std::unique_ptr<runtime::entropy> workload_;
  planned_effects effects_;
  std::set<std::size_t> planned_;  ///< Steps whose effects last.
  runtime::task_group beside_;
  std::vector<std::uint32_t> scale_;     ///< Agents of each cluster that should run.
  std::set<std::string> wrong_secrets_;  ///< Agents that were given a wrong one.
  runtime::mono_time started_{};
  std::string failure_;
  std::uint64_t calls_ = 0;
  std::map<std::size_t, runtime::task_group*> calls_of_step_;  ///< For `cancel`.
};

}  // namespace kitfox::conformance
