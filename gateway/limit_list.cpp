#include "gateway/limit_list.hpp"

#include <algorithm>

namespace kitfox::gateway {

namespace {
using l = gateway_limits;
constexpr count_limit counts[] = {
    {"connections_max", &l::connections_max, "connections of one listener; more are closed at once"},
    {"connections_per_peer_max", &l::connections_per_peer_max, "connections of one address; more get 503"},
    {"header_bytes_max", &l::header_bytes_max, "bytes of a request's line and fields; more get 431"},
    {"body_bytes_max", &l::body_bytes_max, "bytes of a request's body; more get 413"},
    {"json_depth_max", &l::json_depth_max, "nesting of a JSON body; more gets 400"},
    {"sessions_max", &l::sessions_max, "agent streams; more get 429"},
    {"sessions_per_key_max", &l::sessions_per_key_max, "agent streams of one key; more get 429"},
    {"sessions_per_team_max", &l::sessions_per_team_max, "agent streams of one team; more get 429"},
    {"connects_per_key_max", &l::connects_per_key_max,
     "connects with one key per connect_window; more get 429"},
    {"wrong_keys_per_peer_max", &l::wrong_keys_per_peer_max,
     "wrong keys from one address per connect_window; more get 429"},
    {"replacements_max", &l::replacements_max,
     "reconnects of one open instance per connect_window; more get 429"},
    {"connect_keys_max", &l::connect_keys_max, "keys, addresses and instances counted at a time"},
    {"outbox_bytes_max", &l::outbox_bytes_max, "unwritten bytes of one stream; more commands are busy"},
    {"outbox_commands_max", &l::outbox_commands_max, "unwritten commands of one stream; more are busy"},
    {"commands_max", &l::commands_max, "unfinished commands; more are busy (429)"},
    {"commands_per_team_max", &l::commands_per_team_max,
     "unfinished commands of one team; more are busy (429)"},
    {"commands_per_cluster_max", &l::commands_per_cluster_max,
     "unfinished commands of one cluster; more are busy (429)"},
    {"command_rate_per_team", &l::command_rate_per_team,
     "commands a second of one team; more are busy (429)"},
    {"teams_counted_max", &l::teams_counted_max, "teams whose rate is counted at a time"},
    {"finished_commands_max", &l::finished_commands_max, "finished commands remembered, to know duplicates"},
    {"idempotency_entries_max", &l::idempotency_entries_max, "calls remembered by idempotency key"},
    {"idempotency_bytes_max", &l::idempotency_bytes_max, "bytes of their answers; the oldest goes first"},
    {"clusters_remembered_max", &l::clusters_remembered_max, "clusters whose last evidence is kept"},
    {"clusters_per_team_max", &l::clusters_per_team_max, "clusters of one team; more get 409"},
    {"keys_per_cluster_max", &l::keys_per_cluster_max, "live keys of one cluster; more get 409"},
    {"audit_field_bytes_max", &l::audit_field_bytes_max, "bytes of one text in an audit record; cut beyond"},
    {"audit_pending_max", &l::audit_pending_max, "audit records not yet durable; further commands get 503"},
    {"audit_refusals_pending_max", &l::audit_refusals_pending_max,
     "of them, of refused agents and callers; more are counted and summarised"},
    {"refusals_audited_per_peer_max", &l::refusals_audited_per_peer_max,
     "refusals of one address audited one by one per connect_window; more are summarised"},
    {"refusals_audited_max", &l::refusals_audited_max, "likewise, of all addresses together"},
    {"refusal_summaries_max", &l::refusal_summaries_max,
     "summaries of them per connect_window, by address and reason; more share one"},
    {"audit_records_max", &l::audit_records_max, "records kept in the audit's file; the oldest are deleted"},
};

using bound = span_limit::lower_bound;
constexpr span_limit spans[] = {
    {"header_timeout", &l::header_timeout, "to receive a request's head; then 408"},
    {"body_timeout", &l::body_timeout, "to receive a request's body; then 408"},
    {"idle_timeout", &l::idle_timeout, "between two requests; then the connection is closed"},
    {"handshake_timeout", &l::handshake_timeout, "to complete a TLS handshake"},
    {"write_timeout", &l::write_timeout, "for the peer to take one write; then the connection is reset"},
    {"last_answers_timeout", &l::last_answers_timeout,
     "for answers that are still being written when a gateway that stops has ended everything else",
     bound::zero},
    {"connect_window", &l::connect_window, "in which connects are counted"},
    {"stall_suspected", &l::stall_suspected, "of one write, after which a stream is avoided"},
    {"loss_grace", &l::loss_grace, "for an answer after its stream was lost; then `unavailable`",
     bound::zero},
    {"retire_grace", &l::retire_grace, "for the commands of a stream that is to end", bound::zero},
    {"finished_kept", &l::finished_kept, "for which a finished command is remembered", bound::zero},
    {"idempotency_kept", &l::idempotency_kept, "for which a keyed answer is kept", bound::zero},
};
}  // namespace

std::string flag_of(std::string_view name) {
  std::string flag = "--" + std::string{name};
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string variable_of(std::string_view name) {
  std::string variable = "KITFOX_GATEWAY_";
  for (const char letter : name)
    variable +=
        letter == '-' ? '_' : static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
  return variable;
}

std::string name_in_seconds(const span_limit& of) { return std::string{of.name} + "_seconds"; }

std::span<const count_limit> count_limits() noexcept { return counts; }
std::span<const span_limit> span_limits() noexcept { return spans; }

}  // namespace kitfox::gateway
