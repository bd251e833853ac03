#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/scenario/scenario.hpp"
#include "conformance/world/key_recipe.hpp"
#include "runtime/clock.hpp"

namespace kitfox::conformance {

/// A gateway that somebody else started.
struct reached_gateway {
  /// Absolute URLs. What agents are given ends in /gateway, or has no path (SPEC.md, "Routes").
  std::string agents_url, callers_url;
  std::string authority_file{};  ///< PEM of the only authority to trust there; empty: the system's.
  /// Values of X-Internal-Service; ${ORG} and ${TEAM} stand for a team's names.
  std::string caller_credential, administrator_credential;
  std::vector<std::string> teams{};  ///< "acme/payments": those that it knows; empty: every one.
};

/// As many as somebody starts by hand without being asked to.
inline constexpr std::size_t attached_agents_usual = 3;

/// An agent that somebody starts and ends by hand, as told.
struct attachment {
  /// For it to dial, once it was told what to set.
  runtime::duration patience = std::chrono::seconds{120};
  /// Called with whole lines for people: what to set, and when the agent is to be ended.
  std::function<void(const std::string&)> tell{};
  std::size_t agents_max = attached_agents_usual;  ///< Cases of more are not played.
  /// Of the agents of earlier cases, as they called themselves: who comes again was not started anew.
  std::shared_ptr<std::set<std::string>> instances =
      std::make_shared<std::set<std::string>>();  // owners: all cases
};

/// A program under test in a world of real processes. conformance/run/README.md is its contract for people.
struct subject_program {
  std::vector<std::string> command;  ///< Program and arguments; empty: the reference.
  /// What it was said to take from its environment: names of settings, `probe_file`. The reference takes all.
  std::set<std::string> takes;
  std::string taken_by{};  ///< Where that is said, for people; empty: the flag of `kitfox run`.
  /// Of an agent: which of the added commands (SPEC.md, "Commands") it offers; absent: all of them.
  std::optional<std::set<std::string>> commands{};
  /// Variables beside the documented ones; ${NAME} in them and in the command stands for a documented one.
  std::vector<std::pair<std::string, std::string>> environment{};
  /// Its own figures, by which it is judged where a scenario does not set others.
  setting_list own_settings{};
  /// Of a gateway: up once it wrote a line with this text (any, if empty) and both its ports take
  /// connections.
  struct readiness {
    std::string log{};
    runtime::duration within = std::chrono::seconds{20};
  };
  readiness ready{};
  std::string stop_signal = "SIGTERM";       ///< One of stop_signals(): it asks the program to end in order.
  std::optional<reached_gateway> reached{};  ///< In place of a command, for a gateway.
  std::optional<attachment> attached{};      ///< In place of a command, for an agent.
  std::optional<key_recipe> keys{};          ///< Of a gateway; absent: dashboard_recipe().
  [[nodiscard]] bool is_reference() const noexcept { return command.empty() && !reached && !attached; }
  [[nodiscard]] bool does_take(const std::string& name) const {
    return is_reference() || takes.contains(name);
  }
};

/// A world whose time passes more quickly, and with it the clocks of every program in it: those of the
/// references by themselves, those of others by a library that is loaded before their own (libfaketime).
struct acceleration {
  std::uint32_t times = 1;
  std::string library{};  ///< Path of libfaketime.
  [[nodiscard]] bool is_any() const noexcept { return times > 1; }
};

/// The signals that a program may say it ends on, by name.
[[nodiscard]] std::span<const std::pair<std::string_view, int>> stop_signals();
/// The number of one of them.
[[nodiscard]] int stop_signal_number(std::string_view name);

/// Both programs of a run.
struct subject_programs {
  subject_program agent, gateway;
  acceleration faster{};
};

[[nodiscard]] inline const key_recipe& keys_of(const subject_program& gateway) {
  return gateway.keys ? *gateway.keys : dashboard_recipe();
}

/// The capability of an agent that keeps the file named by KITFOX_PROBE_FILE exactly while it is connected.
inline constexpr std::string_view probe_file_name = "probe_file";

enum class party { agent, gateway };
/// Everything that a program of this kind may be said to take, in order.
[[nodiscard]] std::vector<std::string> takeable_names(party of);
/// Adds what `name` stands for, one of these or `all`, to `takes`. What is wrong with it; empty when nothing
/// is.
[[nodiscard]] std::string add_takeable(const std::string& name, party of, std::set<std::string>& takes);
/// The same for names separated by commas, up to the first mistake.
[[nodiscard]] std::string add_takeables(const std::string& names, party of, std::set<std::string>& takes);

/// The added commands, which an agent may do without.
[[nodiscard]] std::vector<std::string> optional_commands();
/// As add_takeable(), of these.
[[nodiscard]] std::string add_command(const std::string& name, std::set<std::string>& commands);

/// Why a case cannot be put to these programs: a setting, or a check, that one of them was not said to take.
/// Empty when it can.
[[nodiscard]] std::string reason_to_skip(const scenario_case& one, const subject_programs& programs);

}  // namespace kitfox::conformance
