#include "conformance/mutants/mutant.hpp"

namespace kitfox::conformance {
namespace {

using namespace gateway;

std::string twice(const protocol::agent_event& event) {
  std::string once = protocol::encode_agent_event(event);
  return std::holds_alternative<protocol::command_event>(event) ? once + once : once;
}

/// What was presented last in this run; a run has one thread.
thread_local std::string last_secret;

bool remembers_the_secret(const key_record& stored, std::string_view secret, std::string_view pepper) {
  last_secret = secret;
  return reference::secret_matches(stored, secret, pepper);
}

std::string with_the_secret(const protocol::agent_event& event) {
  protocol::agent_event said = event;
  if (auto* hello = std::get_if<protocol::connected_event>(&said)) hello->message = "welcome, " + last_secret;
  return protocol::encode_agent_event(said);
}

using ids = std::string_view;
constexpr ids con1[] = {"CON-1"}, con3[] = {"CON-3"}, liv1[] = {"LIV-1"}, liv7[] = {"LIV-7"},
              ha1[] = {"HA-1"}, ha2[] = {"HA-2"}, rte4[] = {"RTE-4"}, rev1[] = {"REV-1"}, iso2[] = {"ISO-2"},
              idm2[] = {"IDM-2"}, idm3[] = {"IDM-3"}, rsp2[] = {"RSP-2"}, rsp3[] = {"RSP-3"},
              drn1[] = {"DRN-1"}, con7[] = {"CON-7"}, con8[] = {"CON-8"}, con9[] = {"CON-9"},
              con10[] = {"CON-10", "CON-1"}, rte3[] = {"RTE-3"}, rev5[] = {"REV-5"}, bad4[] = {"BAD-4"},
              bad1[] = {"BAD-1", "RES-5"};

// What follows for agents and callers when the gateway breaks its first promise.
constexpr ids with_foreign[] = {"RTE-1"}, with_ageless[] = {"REC-2"},
              with_silence[] = {"CMD-1", "LIV-6", "REV-1"};
constexpr ids with_outage[] = {"HA-7", "REC-5"}, with_paper[] = {"REV-7"},
              with_unregistering[] = {"HA-2", "IDM-2", "RTE-3", "REC-4", "REV-5"};
// Scenarios that count deliveries blame what they are about.
constexpr ids with_copies[] = {"ISO-2", "RTE-1", "RTE-3", "IDM-1", "CMD-4"};
// A key of its own is an instance of its own; the fail-over has nowhere to go.
constexpr ids with_eviction[] = {"CON-8", "REV-5", "RTE-3"};
constexpr ids with_one_key[] = {"REV-5"};

constexpr mutant broken_gateways[] = {
    {"gateway-secret-not-checked",
     "looks at the key's id alone",
     con1,
     {},
     [](sim_subjects& s) {
       s.gateway.secret_matches = [](const key_record&, std::string_view, std::string_view) { return true; };
     }},
    {"gateway-outage-is-401", "answers 401 when its key store is down", con3, with_outage,
     [](sim_subjects& s) {
       s.gateway.refusal_status = [](agent_refusal why) {
         return why == agent_refusal::key_store_down ? 401 : reference::refusal_status(why);
       };
     }},
    {"gateway-no-heartbeats", "sends nothing on an idle stream", liv1, with_silence,
     [](sim_subjects& s) {
       s.gateway.next_heartbeat = [](const stream_times&) { return std::optional<runtime::mono_time>{}; };
     }},
    {"gateway-ageless-streams", "never ends a stream for its age", liv7, with_ageless,
     [](sim_subjects& s) {
       s.gateway.stream_age = [](runtime::duration, double, double) {
         return std::optional<runtime::duration>{};
       };
     }},
    {"gateway-unregisters-by-cluster", "removes the cluster's live stream when an old one ends", ha1,
     with_unregistering,
     [](sim_subjects& s) {
       s.gateway.unregisters = [](const route& ended, const route& registered) {
         return ended.cluster_id == registered.cluster_id;
       };
     }},
    {"gateway-keeps-replaced-streams",
     "leaves the old stream of an instance open",
     ha2,
     {},
     [](sim_subjects& s) { s.gateway.replaces = [](const route&, const route&) { return false; }; }},
    {"gateway-evicts-other-instances", "closes the stream of one replica when another connects", rte4,
     with_eviction,
     [](sim_subjects& s) {
       s.gateway.replaces = [](const route& newcomer, const route& present) {
         return newcomer.cluster_id == present.cluster_id;
       };
     }},
    {"gateway-revokes-on-paper", "leaves the streams of a revoked key open", rev1, with_paper,
     [](sim_subjects& s) { s.gateway.ends_with_key = [](const route&, std::string_view) { return false; }; }},
    {"gateway-without-tenants",
     "lets every team see every cluster",
     iso2,
     {},
     [](sim_subjects& s) { s.gateway.owns = [](const tenant&, const tenant&) { return true; }; }},
    {"gateway-delivers-twice", "writes each command two times", idm2, with_copies,
     [](sim_subjects& s) { s.gateway.encode_event = twice; }},
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
       s.gateway.response_status = [](response_verdict v) {
         return v == response_verdict::unknown ? 200 : reference::response_status(v);
       };
     }},
    {"gateway-accepts-foreign-responses", "takes a response from another cluster", rsp3, with_foreign,
     [](sim_subjects& s) {
       s.gateway.judge_response = [](const command_view& command, const response_sender& sender) {
         response_sender claimed = sender;
         claimed.cluster_id = command.cluster_id;
         claimed.key_id = command.key_id;
         return reference::judge_response(command, claimed);
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
       s.gateway.choose_route = [](std::span<const route> of_cluster) {
         for (const route& one : of_cluster) {
           if (one.health != route_health::opening) return std::optional{one.id};
         }
         return std::optional<session_id>{};
       };
     }},
    {"gateway-revokes-too-much",
     "closes every stream of a cluster when one of its keys is revoked",
     rev5,
     {},
     [](sim_subjects& s) { s.gateway.ends_with_key = [](const route&, std::string_view) { return true; }; }},
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
       s.gateway.refusal_status = [](agent_refusal why) {
         return why == agent_refusal::request_malformed ? 500 : reference::refusal_status(why);
       };
     }},
    {"gateway-takes-hashes",
     "opens to what looks like a stored hash",
     con10,
     {},
     [](sim_subjects& s) {
       s.gateway.secret_matches = [](const key_record& stored, std::string_view secret,
                                     std::string_view pepper) {
         constexpr std::size_t hex_digits = 64;
         return secret.size() == hex_digits || reference::secret_matches(stored, secret, pepper);
       };
     }},
    {"gateway-one-key-a-cluster", "closes the streams of a cluster's other keys when one of them connects",
     con8, with_one_key,
     [](sim_subjects& s) {
       s.gateway.replaces = [](const route& newcomer, const route& present) {
         return newcomer.key_id != present.key_id || reference::replaces(newcomer, present);
       };
     }},
    {"gateway-throttles-with-403",
     "answers 403 to too many attempts",
     con9,
     {},
     [](sim_subjects& s) {
       s.gateway.refusal_status = [](agent_refusal why) {
         return why == agent_refusal::rate_limited ? 403 : reference::refusal_status(why);
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
};

}  // namespace

std::span<const mutant> gateway_mutants() { return broken_gateways; }

const mutant* find_mutant(std::string_view name) {
  for (const auto list : {agent_mutants(), gateway_mutants()}) {
    for (const mutant& one : list) {
      if (one.name == name) return &one;
    }
  }
  return nullptr;
}

}  // namespace kitfox::conformance
