#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "agent/agent_parts.hpp"
#include "agent/agent_policy.hpp"
#include "agent/exit_code.hpp"
#include "agent/files.hpp"
#include "agent/kube_access.hpp"
#include "protocol/keys.hpp"
#include "runtime/host.hpp"
#include "runtime/stop_source.hpp"

namespace kitfox::agent {

inline constexpr std::string_view agent_version = "0.1.0";

enum class plain_loopback { refused, allowed };

/// What one agent is configured with. Copied into the run.
struct agent_options {
  protocol::api_key key;
  /// "https://host[:port][/prefix]"; http only with plain_loopback::allowed, and then only to 127.0.0.0/8,
  /// ::1 or localhost.
  std::string gateway_url = "https://orchestrator.incidentfox.ai/gateway";
  plain_loopback plain = plain_loopback::refused;
  std::string gateway_authorities_pem{};  ///< Private CA; empty: SSL_CERT_FILE or the system's.
  std::string cluster_name{};             ///< May be empty.
  std::string instance_id{};              ///< Empty: 128 random bits are drawn.
  std::string version{agent_version};
  kube_access kubernetes{};
  std::optional<std::uint16_t> metrics_port{};  ///< On 127.0.0.1; 0: the system chooses.
  agent_policy policy{};
};

/// Checks what can be checked without dialling. On failure `complaint` is one line for a person: what is
/// wrong, where, what would be right. Errors: agent_errc::bad_gateway_url, bad_option.
[[nodiscard]] error_code check_options(const agent_options& options, std::string& complaint);

/// Runs one agent until it is told to stop, is refused, or is cancelled. Dials the gateway, keeps one stream,
/// runs commands against Kubernetes, posts answers. Reports by host.events(), with the names in README.md;
/// `readiness {ready}` follows the connection. Once `stop` is requested: no new commands, running ones get
/// command_options::drain_timeout, answers are sent, then it returns exit_code::stopped. When cancelled it
/// ends at once. Everything it started has ended when it returns. `on`, `stop`, `disk` and `parts` must
/// outlive it. Value: an exit_code.
[[nodiscard]] runtime::task<int> run_agent(runtime::host& on, agent_options options,
                                           runtime::stop_source& stop, files& disk, const agent_parts& parts);

}  // namespace kitfox::agent
