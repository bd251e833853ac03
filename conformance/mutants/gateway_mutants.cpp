#include "conformance/mutants/gateway_wire.hpp"
#include "conformance/mutants/mutant_tables.hpp"

namespace kitfox::conformance {
namespace {

std::string twice(const protocol::agent_event& event) {
  std::string once = protocol::encode_agent_event(event);
  return std::holds_alternative<protocol::command_event>(event) ? once + once : once;
}

/// What was presented last in this run; a run has one thread.
thread_local std::string last_secret;

bool remembers_the_secret(const gateway::key_record& stored, std::string_view secret,
                          std::string_view pepper) {
  last_secret = secret;
  return gateway::reference::secret_matches(stored, secret, pepper);
}

std::string with_the_secret(const protocol::agent_event& event) {
  protocol::agent_event said = event;
  if (auto* hello = std::get_if<protocol::connected_event>(&said)) hello->message = "welcome, " + last_secret;
  return protocol::encode_agent_event(said);
}

using ids = std::string_view;
constexpr ids con5[] = {"CON-5"}, con6[] = {"CON-6"}, sse6[] = {"SSE-6"}, cmd4[] = {"CMD-4"},
              idm4[] = {"IDM-4"}, rte2[] = {"RTE-2"}, ha7[] = {"HA-7"}, iso1[] = {"ISO-1"},
              iso5[] = {"ISO-5"}, drn2[] = {"DRN-2"}, obs1[] = {"OBS-1"}, bad2[] = {"BAD-2"},
              rte1[] = {"RTE-1"}, rev3[] = {"REV-2", "REV-3"}, liv3[] = {"LIV-3"}, bad5[] = {"BAD-5"},
              iso4[] = {"ISO-4"}, rsp4[] = {"RSP-4"};
constexpr ids con1[] = {"CON-1"}, con3[] = {"CON-3"}, liv1[] = {"LIV-1", "LIV-6"}, liv7[] = {"LIV-7"},
              ha1[] = {"HA-1"}, ha2[] = {"HA-2"}, rte4[] = {"RTE-4"}, rev1[] = {"REV-1", "REV-2", "REV-6"},
              iso2[] = {"ISO-2"}, idm2[] = {"IDM-2"}, idm3[] = {"IDM-3"}, rsp2[] = {"RSP-2"},
              rsp3[] = {"RSP-3"}, drn1[] = {"DRN-1"}, con7[] = {"CON-7"}, con8[] = {"CON-8"},
              con9[] = {"CON-9"}, con10[] = {"CON-10", "CON-1"}, rte3[] = {"RTE-3"}, rev5[] = {"REV-5"},
              bad4[] = {"BAD-4"}, bad1[] = {"BAD-1", "RES-5"};

// What else breaks with it, and why.
constexpr ids taken_for_its_own[] = {"RTE-1"};           // the caller gets what a stranger said
constexpr ids waiting_for_bytes[] = {"CMD-1", "REV-1"};  // agents leave and are away when they are asked for
constexpr ids sent_away[] = {"REC-5"};                   // who is told that its key is bad does not come back
constexpr ids still_there[] = {"REV-3"};                 // who was never sent away
constexpr ids unrouted[] = {"HA-2", "IDM-2", "LIV-8", "RTE-3", "REV-5"};  // a live stream gets no command
constexpr ids live_and_unknown[] = {"OBS-2", "REV-1"};  // neither counted nor ended with its key
constexpr ids counted_twice[] = {"ISO-2", "RTE-1", "RTE-3", "IDM-4"};  // scenarios count deliveries
// A key of its own is an instance of its own; the fail-over has nowhere to go.
constexpr ids alone[] = {"CON-8", "REV-5", "RTE-3"};
constexpr ids told_to_anybody[] = {"ISO-2"};          // who says nothing of themselves, too
constexpr ids rotated_away[] = {"REV-5"};             // the other key is what a rotation is to leave alone
constexpr ids sent_to_ghosts[] = {"RTE-2", "RTE-3"};  // commands wait for who has left
constexpr ids sent_to_many[] = {"IDM-2"};             // as often as there are agents
constexpr ids stuck_behind[] = {"LIV-1", "IDM-3"};    // heartbeats and callers wait with the write

// What is found in other cases alone: a replica, or whoever calls in its name, was sent away unseen; a caller
// hears late of a loss.
constexpr ids replicas_gone[] = {"LIV-2", "SSE-2", "CON-4", "CON-5", "CON-9",
                                 "DRN-2", "HA-1",  "REC-4", "REC-5"};
constexpr ids late_news[] = {"IDM-3"};

constexpr mutant broken_gateways[] = {
    {"gateway-secret-not-checked",
     "looks at the key's id alone",
     con1,
     {},
     [](sim_subjects& s) {
       s.gateway.secret_matches = [](const gateway::key_record&, std::string_view, std::string_view) {
         return true;
       };
     }},
    {"gateway-outage-is-401", "answers 401 when its key store is down", con3, sent_away,
     [](sim_subjects& s) {
       s.gateway.refusal_status = [](gateway::agent_refusal why) {
         return why == gateway::agent_refusal::key_store_down ? 401 : gateway::reference::refusal_status(why);
       };
     }},
    {"gateway-no-heartbeats", "sends nothing on an idle stream", liv1, waiting_for_bytes,
     [](sim_subjects& s) {
       s.gateway.next_heartbeat = [](const gateway::stream_times&) {
         return std::optional<runtime::mono_time>{};
       };
     }},
    {"gateway-ageless-streams",
     "never ends a stream for its age",
     liv7,
     {},
     [](sim_subjects& s) {
       s.gateway.stream_age = [](runtime::duration, double, double) {
         return std::optional<runtime::duration>{};
       };
     }},
    {"gateway-unregisters-by-cluster",
     "removes the cluster's live stream when an old one ends",
     ha1,
     unrouted,
     [](sim_subjects& s) {
       s.gateway.unregisters = [](const gateway::route& ended, const gateway::route& registered) {
         return ended.cluster_id == registered.cluster_id;
       };
     },
     {},
     live_and_unknown},
    {"gateway-keeps-replaced-streams",
     "leaves the old stream of an instance open",
     ha2,
     {},
     [](sim_subjects& s) {
       s.gateway.replaces = [](const gateway::route&, const gateway::route&) { return false; };
     }},
    {"gateway-evicts-other-instances",
     "closes the stream of one replica when another connects",
     rte4,
     alone,
     [](sim_subjects& s) {
       s.gateway.replaces = [](const gateway::route& newcomer, const gateway::route& present) {
         return newcomer.cluster_id == present.cluster_id;
       };
     },
     {},
     replicas_gone},
    {"gateway-revokes-on-paper", "leaves the streams of a revoked key open", rev1, still_there,
     [](sim_subjects& s) {
       s.gateway.ends_with_key = [](const gateway::route&, std::string_view) { return false; };
     }},
    {"gateway-without-tenants",
     "lets every team see every cluster",
     iso2,
     {},
     [](sim_subjects& s) {
       s.gateway.owns = [](const gateway::tenant&, const gateway::tenant&) { return true; };
     }},
    {"gateway-mixes-tenants-in-commands",
     "sends with a command what any agent said last",
     iso2,
     {},
     [](sim_subjects& s) {
       s.around_gateway = remembers_who_spoke_last;
       s.gateway.encode_event = with_last_words;
     }},
    {"gateway-mixes-tenants-in-answers",
     "answers an agent with what another one said",
     iso2,
     {},
     [](sim_subjects& s) { s.around_gateway = repeats_who_spoke_last; }},
    {"gateway-delivers-twice", "writes each command two times", idm2, counted_twice,
     [](sim_subjects& s) { s.gateway.encode_event = twice; }},
    {"gateway-lets-callers-wait",
     "says that the time is over when it has long been",
     idm3,
     {},
     [](sim_subjects& s) { s.around_gateway = takes_its_time_to_say_timeout; }},
    {"gateway-silent-loss",
     "says nothing when a stream dies with a command on it",
     idm3,
     {},
     [](sim_subjects& s) {
       s.gateway.report_loss_after = [](runtime::duration) { return std::optional<runtime::duration>{}; };
     }},
    {"gateway-accepts-unknown-responses",
     "answers 200 to a response that nobody asked for",
     rsp2,
     {},
     [](sim_subjects& s) {
       s.gateway.response_status = [](gateway::response_verdict v) {
         return v == gateway::response_verdict::unknown ? 200 : gateway::reference::response_status(v);
       };
     }},
    {"gateway-accepts-foreign-responses", "takes a response from another cluster", rsp3, taken_for_its_own,
     [](sim_subjects& s) {
       s.gateway.judge_response = [](const gateway::command_view& command,
                                     const gateway::response_sender& sender) {
         gateway::response_sender claimed = sender;
         claimed.cluster_id = command.cluster_id;
         claimed.key_id = command.key_id;
         return gateway::reference::judge_response(command, claimed);
       };
     }},
    {"gateway-says-secrets",
     "repeats the secret of a key in its greeting",
     con7,
     {},
     [](sim_subjects& s) {
       s.gateway.secret_matches = remembers_the_secret;
       s.gateway.encode_event = with_the_secret;
     }},
    {"gateway-prefers-the-oldest",
     "gives commands to the oldest stream of a cluster",
     rte3,
     {},
     [](sim_subjects& s) {
       s.gateway.choose_route = [](std::span<const gateway::route> of_cluster) {
         for (const gateway::route& one : of_cluster) {
           if (one.health != gateway::route_health::opening) return std::optional{one.id};
         }
         return std::optional<gateway::session_id>{};
       };
     }},
    {"gateway-revokes-too-much",
     "closes every stream of a cluster when one of its keys is revoked",
     rev5,
     {},
     [](sim_subjects& s) {
       s.gateway.ends_with_key = [](const gateway::route&, std::string_view) { return true; };
     }},
    {"gateway-trusts-bodies",
     "does not compare the id in the body of a response with the one in its path",
     bad4,
     {},
     [](sim_subjects& s) { s.gateway.ids_agree = [](std::string_view, std::string_view) { return true; }; }},
    {"gateway-fails-on-garbage",
     "answers 500 to a connect that it cannot read",
     bad1,
     {},
     [](sim_subjects& s) {
       s.gateway.refusal_status = [](gateway::agent_refusal why) {
         return why == gateway::agent_refusal::request_malformed ? 500
                                                                 : gateway::reference::refusal_status(why);
       };
     }},
    {"gateway-takes-hashes",
     "opens to what looks like a stored hash",
     con10,
     {},
     [](sim_subjects& s) {
       s.gateway.secret_matches = [](const gateway::key_record& stored, std::string_view secret,
                                     std::string_view pepper) {
         constexpr std::size_t hex_digits = 64;
         return secret.size() == hex_digits || gateway::reference::secret_matches(stored, secret, pepper);
       };
     }},
    {"gateway-one-key-a-cluster", "closes the streams of a cluster's other keys when one of them connects",
     con8, rotated_away,
     [](sim_subjects& s) {
       s.gateway.replaces = [](const gateway::route& newcomer, const gateway::route& present) {
         return newcomer.key_id != present.key_id || gateway::reference::replaces(newcomer, present);
       };
     }},
    {"gateway-throttles-with-403",
     "answers 403 to too many attempts",
     con9,
     {},
     [](sim_subjects& s) {
       s.gateway.refusal_status = [](gateway::agent_refusal why) {
         return why == gateway::agent_refusal::rate_limited ? 403 : gateway::reference::refusal_status(why);
       };
     }},
    {"gateway-drains-at-once",
     "closes every stream in the same instant when told to stop",
     drn1,
     {},
     [](sim_subjects& s) {
       s.gateway.spread_drain = [](std::size_t streams, runtime::duration) {
         return std::vector<runtime::duration>(streams);
       };
     }},
    {"gateway-greets-late",
     "says `connected` three seconds after the request",
     con5,
     {},
     [](sim_subjects& s) { s.around_gateway = greets_late; }},
    {"gateway-keeps-ghosts",
     "does not notice who leaves at once",
     con6,
     sent_to_ghosts,
     [](sim_subjects& s) { s.around_gateway = does_not_notice_who_leaves_at_once; },
     {},
     late_news},
    {"gateway-lets-streams-be-buffered",
     "does not forbid proxies to buffer its streams",
     sse6,
     {},
     [](sim_subjects& s) { s.around_gateway = forbids_nothing_to_buffers; }},
    {"gateway-ignores-callers-that-leave",
     "sends commands of callers who have gone",
     cmd4,
     {},
     [](sim_subjects& s) { s.around_gateway = does_not_notice_callers_who_leave; }},
    {"gateway-ignores-idempotency-keys",
     "does a repeated call again",
     idm4,
     {},
     [](sim_subjects& s) { s.around_gateway = ignores_idempotency_keys; }},
    {"gateway-slow-to-refuse",
     "takes its time to say that a cluster is not there",
     rte2,
     {},
     [](sim_subjects& s) { s.around_gateway = takes_its_time_to_say_unavailable; }},
    {"gateway-falls-with-its-key-store",
     "drops its streams when keys cannot be looked up",
     ha7,
     {},
     [](sim_subjects& s) { s.around_gateway = drops_streams_with_its_key_store; }},
    {"gateway-believes-callers", "takes the tenant of a call from what it says", iso1, told_to_anybody,
     [](sim_subjects& s) { s.around_gateway = believes_what_callers_say_of_themselves; }},
    {"gateway-lists-others",
     "lists the clusters of another team",
     iso5,
     {},
     [](sim_subjects& s) { s.around_gateway = lists_the_clusters_of_others; }},
    {"gateway-hangs-up",
     "answers no caller any more once it is told to stop",
     drn2,
     {},
     [](sim_subjects& s) { s.around_gateway = hangs_up_on_callers_when_it_stops; }},
    {"gateway-prints-other-metrics",
     "prints metrics of a version that nobody reads",
     obs1,
     {},
     [](sim_subjects& s) { s.around_gateway = prints_metrics_of_another_version; }},
    {"gateway-takes-any-time-limit",
     "makes something of a time limit that makes no sense",
     bad2,
     {},
     [](sim_subjects& s) { s.around_gateway = takes_any_time_limit; }},
    {"gateway-broadcasts", "sends each command to every agent", rte1, sent_to_many,
     [](sim_subjects& s) { s.around_gateway = sends_commands_to_everybody; }},
    {"gateway-remembers-keys",
     "never looks a key up again",
     rev3,
     {},
     [](sim_subjects& s) { s.around_keys = never_asks_twice; }},
    {"gateway-writes-for-ever", "waits for ever for a peer that does not read", liv3, stuck_behind,
     [](sim_subjects& s) {
       s.tune_gateway = [](gateway::gateway_options& o) { o.limits.write_timeout = std::chrono::hours{24}; };
     }},
    {"gateway-patient-with-requests",
     "waits for ever for the rest of a request",
     bad5,
     {},
     [](sim_subjects& s) {
       s.tune_gateway = [](gateway::gateway_options& o) {
         o.limits.header_timeout = std::chrono::hours{24};
         o.limits.body_timeout = std::chrono::hours{24};
       };
     }},
    {"gateway-without-quotas",
     "takes as many commands of one team as it likes",
     iso4,
     {},
     [](sim_subjects& s) {
       s.tune_gateway = [](gateway::gateway_options& o) {
         o.limits.commands_per_team_max = o.limits.commands_max;
       };
     }},
    {"gateway-forgets-with-the-stream",
     "knows no command any more when its stream has ended",
     rsp4,
     {},
     [](sim_subjects& s) {
       s.gateway.judge_response = [](const gateway::command_view& command,
                                     const gateway::response_sender& sender) {
         const bool forgotten = command.state == gateway::command_state::orphaned ||
                                command.state == gateway::command_state::failed;
         return forgotten ? gateway::response_verdict::unknown
                          : gateway::reference::judge_response(command, sender);
       };
     }},
};

}  // namespace

std::span<const mutant> gateways_that_behave_otherwise() { return broken_gateways; }

}  // namespace kitfox::conformance
