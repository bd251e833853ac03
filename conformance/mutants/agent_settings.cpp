// Mutants that are the reference with a setting that nobody should make.
#include "conformance/mutants/mutant_tables.hpp"

namespace kitfox::conformance {
namespace {

using id = std::string_view;
constexpr id pages[] = {"RES-4"}, census[] = {"RES-6"}, spacing[] = {"IDM-5"}, memory[] = {"IDM-1"},
             repeating[] = {"RSP-1"}, cutting[] = {"RSP-5"};

constexpr mutant agents_out_of_bounds[] = {
    {"agent-repeats-at-once",
     "posts a refused answer again without a pause",
     spacing,
     {},
     [](sim_subjects& s) {
       s.agent.responses.retry_initial = s.agent.responses.retry_cap = std::chrono::milliseconds{1};
       s.agent.responses.tries_max = 1'000'000;
     }},
    {"agent-reads-whole-lists",
     "asks for lists in one piece",
     pages,
     {},
     [](sim_subjects& s) { s.agent.kubernetes.page_items = s.agent.kubernetes.items_max; }},
    {"agent-forgetful",
     "runs a repeated command again",
     memory,
     {},
     [](sim_subjects& s) { s.agent.idempotency.entries_max = 0; }},
    {"agent-answers-once",
     "drops an answer that did not get through",
     repeating,
     {},
     [](sim_subjects& s) {
       s.agent.responses.tries_max = 1;
       s.agent.responses.tries_min = 1;
     }},
    {"agent-counts-the-cluster-each-time",
     "asks for nodes and namespaces with every connect",
     census,
     {},
     [](sim_subjects& s) { s.agent.metadata.refresh = std::chrono::seconds{0}; }},
    {"agent-sends-everything",
     "does not cut long answers",
     cutting,
     {},
     [](sim_subjects& s) {
       s.tune_agent = [](agent::agent_policy& p) { p.responses.body_bytes_max = 64 * 1024 * 1024; };
     }},
};

}  // namespace

std::span<const mutant> agents_of_other_settings() { return agents_out_of_bounds; }

}  // namespace kitfox::conformance
