#pragma once
#include <memory>

#include "gateway/audit_store.hpp"
#include "gateway/options.hpp"
#include "gateway/store.hpp"
#include "protocol/agent_messages.hpp"
#include "runtime/host.hpp"

namespace kitfox::conformance {

// What is put around the host of a reference gateway to make another gateway of it, one function each; the
// name says what the gateway does then. `inner` outlives what is returned.
using gateway_surroundings = std::unique_ptr<runtime::host>(runtime::host& inner,
                                                            const gateway::gateway_options& of);

gateway_surroundings greets_late, does_not_notice_who_leaves_at_once, forbids_nothing_to_buffers,
    does_not_notice_callers_who_leave, ignores_idempotency_keys, takes_its_time_to_say_unavailable,
    takes_its_time_to_say_timeout, drops_streams_with_its_key_store, believes_what_callers_say_of_themselves,
    lists_the_clusters_of_others, hangs_up_on_callers_when_it_stops, prints_metrics_of_another_version,
    takes_any_time_limit, sends_commands_to_everybody, names_no_scheme, keeps_methods_to_itself,
    claims_to_know_everybody, shows_the_last_news, lets_its_gauge_drift, counts_no_connects,
    counts_no_denials, numbers_its_commands, keeps_ids_to_itself, remembers_who_spoke_last,
    repeats_who_spoke_last, serves_clusters_in_turn, remembers_parameters, makes_up_its_mind_about_ends,
    gives_no_hints, knows_all_fields, needs_a_code, fails_without_codes;

/// An event as it should be; a command with what an agent said last, in a gateway that
/// remembers_who_spoke_last.
[[nodiscard]] std::string with_last_words(const protocol::agent_event& event);

// What is put around the audit of a gateway; `inner` outlives what is returned.
using audit_surroundings = std::unique_ptr<gateway::audit_sink>(gateway::audit_sink& inner);

audit_surroundings records_no_ends_of_streams, writes_raw_lines, breaks_its_chain, audits_parameters;

/// Look-ups that remember what they found for ever.
[[nodiscard]] std::unique_ptr<gateway::key_source> never_asks_twice(gateway::key_source& inner);

}  // namespace kitfox::conformance
