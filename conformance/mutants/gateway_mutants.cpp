#include "conformance/mutants/mutant.hpp"

namespace kitfox::conformance {
namespace {

using namespace gateway;

std::string twice(const protocol::agent_event& event) {
  std::string once = protocol::encode_agent_event(event);
  return std::holds_alternative<protocol::command_event>(event) ? once + once : once;
}

using ids = std::string_view;
constexpr ids con1[] = {"CON-1"}, con3[] = {"CON-3"}, liv1[] = {"LIV-1"}, liv7[] = {"LIV-7"},
              ha1[] = {"HA-1"}, ha2[] = {"HA-2"}, rte4[] = {"RTE-4"}, rev1[] = {"REV-1"}, iso2[] = {"ISO-2"},
              idm2[] = {"IDM-2"}, idm3[] = {"IDM-3"}, rsp2[] = {"RSP-2"}, rsp3[] = {"RSP-3"},
              drn1[] = {"DRN-1"};

// What follows for agents and callers when the gateway breaks its first promise.
constexpr ids with_foreign[] = {"RTE-1"}, with_ageless[] = {"REC-2"}, with_silence[] = {"CMD-1", "LIV-6"};
constexpr ids with_outage[] = {"HA-7", "REC-5"}, with_paper[] = {"REV-7"},
              with_unregistering[] = {"HA-2", "IDM-2", "RTE-3"};

constexpr mutant all[] = {
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
    {"gateway-evicts-other-instances",
     "closes the stream of one replica when another connects",
     rte4,
     {},
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
    {"gateway-delivers-twice",
     "writes each command two times",
     idm2,
     {},
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

std::span<const mutant> gateway_mutants() { return all; }

const mutant* find_mutant(std::string_view name) {
  for (const auto list : {agent_mutants(), gateway_mutants()}) {
    for (const mutant& one : list) {
      if (one.name == name) return &one;
    }
  }
  return nullptr;
}

}  // namespace kitfox::conformance
