#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/scenario/scenario.hpp"
#include "conformance/transcript/recorder.hpp"
#include "conformance/world/cluster_api.hpp"
#include "conformance/world/key_recipe.hpp"
#include "conformance/world/link_table.hpp"
#include "conformance/world/planned_effects.hpp"
#include "conformance/world/wire_state.hpp"
#include "runtime/host.hpp"

namespace kitfox::conformance {

/// Names a process of the world: an agent by cluster and number, or the gateway, or a cluster's API server.
struct node_ref {
  node_set::what kind = node_set::what::gateway;
  std::size_t cluster = 0;
  std::uint32_t number = 0;
};

/// What a process can be made to do from outside.
enum class node_action { stop, kill, pause, resume };
[[nodiscard]] constexpr std::string_view to_string(node_action action) noexcept {
  constexpr std::string_view names[] = {"stop", "kill", "pause", "resume"};
  return names[static_cast<std::size_t>(action)];
}

/// The answer of a world that has no means to do what a step asks for.
[[nodiscard]] inline runtime::error_code impossible() {
  return boost::system::errc::make_error_code(boost::system::errc::operation_not_supported);
}

/// Marks the beginning of a run, from which moments of checks are counted.
inline void note_start(recorder& into, runtime::mono_time t) {
  record begun;
  begun.kind = record_kind::step_begun;
  begun.name = "start";
  begun.id = "start";
  into.add(std::move(begun), t);
}

/// The parties of one scenario and the network between them, as the player of its steps sees them. Two kinds
/// exist: simulated in virtual time, and real processes on loopback. Everything happens on
/// harness().executor().
class world {
 public:
  virtual ~world() = default;
  /// The host of the player and of its callers: its clock is the world's.
  [[nodiscard]] virtual runtime::host& harness() = 0;
  [[nodiscard]] virtual recorder& tape() = 0;
  [[nodiscard]] virtual wire_state& state() = 0;
  [[nodiscard]] virtual link_table& links() = 0;

  /// Brings up the API servers and the gateway, not the agents. On failure `why` names what did not come up.
  [[nodiscard]] virtual runtime::task<runtime::error_code> open(std::string& why) = 0;
  /// Ends every process, in whatever state; nothing of the world outlives it.
  [[nodiscard]] virtual runtime::task<void> close() = 0;

  /// Starts a process that does not run; agents with `key`. Errors are the harness's own.
  [[nodiscard]] virtual runtime::task<runtime::error_code> start(node_ref node, std::string key) = 0;
  /// Does nothing to a process that does not run. Completes when done, for `kill` when the process has ended.
  [[nodiscard]] virtual runtime::task<runtime::error_code> act(node_ref node, node_action action,
                                                               socket_fate sockets) = 0;
  [[nodiscard]] virtual bool running(node_ref node) const = 0;
  /// How a program refused to start with the settings that the scenario has it started with; empty: none did.
  /// That is a mistake of the scenario and says nothing about the program.
  [[nodiscard]] virtual std::string refused_settings() const { return {}; }
  /// True if this world can do it; else the step is a mistake of the scenario, found before anything runs.
  [[nodiscard]] virtual runtime::error_code set_clock(node_ref node, runtime::duration jump,
                                                      double drift) = 0;
  /// `met` is called for each request that finds it changed; as in the two that follow.
  [[nodiscard]] virtual runtime::error_code set_auth_backend(const auth_backend_verb& to, effect met) = 0;
  [[nodiscard]] virtual runtime::error_code set_audit_store(const audit_store_verb& to, effect met) = 0;
  /// Puts what the gateway's audit holds into the tape, unless that was done as it was written.
  virtual void note_audit() {}
  [[nodiscard]] virtual runtime::error_code set_dns(const dns_verb& to, effect met) = 0;
  [[nodiscard]] virtual cluster_api& kubernetes(std::size_t cluster) = 0;

  /// For the caller's own traffic, over the link "caller->gateway".
  [[nodiscard]] virtual service_address caller_service() = 0;
  /// For hand-made requests to the agents' listener, over the same link.
  [[nodiscard]] virtual service_address agent_service() = 0;
  /// The value of X-Internal-Service of a team ("acme/payments"); administrators may make and revoke keys.
  [[nodiscard]] virtual std::string credential(const std::string& team, bool administrator) const = 0;

  /// How keys are made and revoked here.
  [[nodiscard]] virtual const key_recipe& keys() const { return dashboard_recipe(); }
  /// Where URLs of that recipe are asked that are no paths of the callers' listener.
  [[nodiscard]] virtual std::shared_ptr<runtime::tls_client> trust_elsewhere() { return nullptr; }
  /// Base URL of the callers' listener, for recipes.
  [[nodiscard]] virtual std::string callers_url() { return {}; }
  /// Runs a command of that recipe: what it wrote to standard output. `why` tells how it failed.
  [[nodiscard]] virtual runtime::task<runtime::result<std::string>> run_command(
      std::vector<std::string> words, std::string& why);
  /// True where agents are started by hand: the run is then begun by the first dial, with note_start().
  [[nodiscard]] virtual bool starts_by_hand() const { return false; }
  /// True where the gateway outlives the run, so that what was made in it is to be taken out again.
  [[nodiscard]] virtual bool gateway_stays() const { return false; }
};

inline runtime::task<runtime::result<std::string>> world::run_command(std::vector<std::string>,
                                                                      std::string& why) {
  why = "commands run in sockets only";
  co_return impossible();
}

}  // namespace kitfox::conformance
