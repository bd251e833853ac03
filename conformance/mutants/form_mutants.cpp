// Mutants whose messages have another form, and those that are not what they say.
#include <nlohmann/json.hpp>

#include "conformance/mutants/agent_wire.hpp"
#include "conformance/mutants/gateway_wire.hpp"
#include "conformance/mutants/mutant_tables.hpp"

namespace kitfox::conformance {
namespace {

/// Sends its answers, which are JSON objects, as `Edit::apply` leaves them; those that it empties not at all.
template <class Edit>
class editing_sender final : public agent::answer_sender {
 public:
  explicit editing_sender(std::unique_ptr<answer_sender> inner) : inner_{std::move(inner)} {}
  runtime::task<agent::delivery> send(agent::outgoing_answer answer) override {
    nlohmann::json body = nlohmann::json::parse(answer.body, nullptr, false);
    if (body.is_object()) {
      Edit::apply(body);
      answer.body = body.dump();
    }
    if (body.empty()) co_return agent::delivery::delivered;
    co_return co_await inner_->send(std::move(answer));
  }

 private:
  std::unique_ptr<answer_sender> inner_;
};

template <class Edit>
class editing_parts final : public agent::agent_parts {
 public:
  std::unique_ptr<agent::answer_sender> make_answer_sender(
      std::unique_ptr<agent::answer_sender> reference) const override {
    return std::make_unique<editing_sender<Edit>>(std::move(reference));
  }
};

template <class Edit>
void use_answers(sim_subjects& s) {
  static const editing_parts<Edit> parts;
  s.parts = &parts;
}

/// Leaves a member out of results.
struct spares_members {
  static void apply(nlohmann::json& body) {
    if (body.contains("result") && body["result"].is_object()) body["result"].erase("annotations");
  }
};

/// Passes on what the API server said, whole and more.
struct passes_on_everything {
  static void apply(nlohmann::json& body) {
    if (!body.contains("error_detail") || !body["error_detail"].contains("message")) return;
    const std::string message = body["error_detail"]["message"].get<std::string>();
    if (message.size() >= 1000) body["error_detail"]["message"] = message + message;
  }
};

struct cuts_in_silence {
  static void apply(nlohmann::json& body) { body.erase("truncated"); }
};

struct drops_what_has_expired {
  static void apply(nlohmann::json& body) {
    // What the API server no longer keeps has expired too, and is another matter.
    if (body.value("error_code", "") == "expired" && !body.contains("error_detail")) body.clear();
  }
};

/// Keeps to itself how long the API server asked to be left alone.
class hasty_runner final : public agent::command_runner {
 public:
  explicit hasty_runner(std::unique_ptr<command_runner> inner) : inner_{std::move(inner)} {}
  runtime::task<agent::command_outcome> run(agent::command_call call) override {
    agent::command_outcome out = co_await inner_->run(std::move(call));
    if (out.detail) out.detail->retry_after.reset();
    co_return out;
  }

 private:
  std::unique_ptr<command_runner> inner_;
};

class hasty_parts final : public agent::agent_parts {
 public:
  std::unique_ptr<agent::command_runner> make_command_runner(
      std::unique_ptr<agent::command_runner> reference) const override {
    return std::make_unique<hasty_runner>(std::move(reference));
  }
};

std::string greeting_twice(const protocol::agent_event& event) {
  const std::string once = protocol::encode_agent_event(event);
  return std::holds_alternative<protocol::connected_event>(event) ? once + once : once;
}

std::string without_event_id(const protocol::agent_event& event) {
  std::string out = protocol::encode_agent_event(event);
  if (const std::size_t at = out.find("id: "); at != std::string::npos && out[at + 4] != '"')
    out.erase(at, out.find('\n', at) + 1 - at);
  return out;
}

std::string without_deadline(const protocol::agent_event& event) {
  std::string out = protocol::encode_agent_event(event);
  const std::size_t at = out.find(",\"deadline\":\"");
  if (at != std::string::npos) out.erase(at, out.find('"', at + 13) + 1 - at);
  return out;
}

using requirement_id = std::string_view;
constexpr requirement_id con11[] = {"CON-11"}, con12[] = {"CON-12"}, con13[] = {"CON-13"}, sse7[] = {"SSE-7"},
                         sse8[] = {"SSE-8"}, rec11[] = {"REC-11"}, liv4[] = {"LIV-4"}, liv8[] = {"LIV-8"},
                         cmd6[] = {"CMD-6"}, cmd7[] = {"CMD-7"}, late_commands[] = {"CMD-3"},
                         retry_floor[] = {"REC-7"}, cut_answers[] = {"RSP-5"}, no_hint[] = {"DRN-1", "LIV-7"},
                         cmd8[] = {"CMD-8"}, cmd9[] = {"CMD-9"}, rsp7[] = {"RSP-7"}, rbc3[] = {"RBC-3"},
                         ha8[] = {"HA-8"}, drn5[] = {"DRN-5"}, obs2[] = {"OBS-2"}, obs3[] = {"OBS-3"},
                         obs5[] = {"OBS-5"}, bad7[] = {"BAD-7"}, sse1[] = {"SSE-1"}, ver1[] = {"VER-1"},
                         ver2[] = {"VER-2"}, bad6[] = {"BAD-6"}, rbc5[] = {"RBC-5"}, rte5[] = {"RTE-5"},
                         aud1[] = {"AUD-1"}, aud2[] = {"AUD-2"}, aud3[] = {"AUD-3"}, aud4[] = {"AUD-4"},
                         aud5[] = {"AUD-5"}, own_key[] = {"CON-7"}, codes[] = {"RSP-6"};

constexpr requirement_id refusals[] = {"RBC-2"}, any_bytes[] = {"BAD-1"};

// What else breaks with it, and why.
constexpr requirement_id overflowing[] = {"CMD-2"};             // busy is what its callers wait for
constexpr requirement_id unanswered[] = {"SSE-2"};              // the command came, and no answer
constexpr requirement_id unread[] = {"AUD-1"};                  // a line that is none holds no record
constexpr requirement_id gap_shows[] = {"AUD-4"};               // what is not written is missed in the chain
constexpr requirement_id read_from_ids[] = {"RSP-2", "RSP-3"};  // a stranger knows the id by the event alone

// What is found in other cases alone, whose scenarios send noise and wait for an answer.
constexpr requirement_id noise_elsewhere[] = {"SSE-2", "SSE-3"};

constexpr mutant agents[] = {
    {"agent-asks-for-anything",
     "does not say that it wants an event stream",
     con12,
     {},
     [](sim_subjects& s) { s.around_agent = asks_for_anything; }},
    {"agent-shows-its-key",
     "has its key in the query as well",
     own_key,
     {},
     [](sim_subjects& s) { s.around_agent = shows_its_key; }},
    {"agent-knows-one-spelling",
     "takes a stream for one only if its type is spelled in one way",
     sse7,
     {},
     [](sim_subjects& s) { s.around_agent = takes_one_spelling; }},
    {"agent-comes-back-while-stopping",
     "asks for a stream again when it is to stop",
     drn5,
     {},
     [](sim_subjects& s) { s.around_agent = comes_back_while_stopping; }},
    {"agent-dials-for-each-answer",
     "keeps no connection for its answers",
     rsp7,
     {},
     [](sim_subjects& s) { s.around_agent = dials_for_each_answer; }},
    {"agent-ignores-cancels",
     "goes on with commands that were withdrawn",
     cmd7,
     {},
     [](sim_subjects& s) { s.around_agent = ignores_cancels; }},
    {"agent-resumes-from-nowhere",
     "says that it has read what it has not",
     sse8,
     {},
     [](sim_subjects& s) { s.around_agent = resumes_from_nowhere; }},
    {"agent-comes-back-when-sent-away",
     "takes 204 for trouble that passes",
     rec11,
     {},
     [](sim_subjects& s) { s.around_agent = comes_back_when_sent_away; }},
    {"agent-ends-lines-anywhere",
     "ends lines where other programs do",
     sse1,
     {},
     [](sim_subjects& s) { s.around_agent = ends_lines_anywhere; }},
    {"agent-knows-all-members",
     "takes no command with members that it does not know",
     ver1,
     {},
     [](sim_subjects& s) { s.around_agent = knows_all_members; }},
    {"agent-needs-a-new-gateway", "waits for members that old gateways do not send", ver2, unanswered,
     [](sim_subjects& s) { s.around_agent = needs_a_new_gateway; }},
    {"agent-passes-on-everything",
     "passes long messages of the API server on",
     rbc5,
     {},
     use_answers<passes_on_everything>},
    {"agent-cuts-in-silence",
     "does not say that it cut an answer short",
     cut_answers,
     {},
     use_answers<cuts_in_silence>},
    {"agent-drops-what-has-expired", "says nothing about commands that came too late", late_commands,
     unanswered, use_answers<drops_what_has_expired>},
    {"agent-deaf-to-retry",
     "takes no notice of retry fields",
     retry_floor,
     {},
     [](sim_subjects& s) { s.around_agent = deaf_to_retry; }},
    {"agent-struck-dumb-by-noise",
     "says nothing any more once it has read what is no text",
     any_bytes,
     {},
     [](sim_subjects& s) { s.around_agent = is_struck_dumb_by_noise; },
     {},
     noise_elsewhere},
    {"agent-hides-retry-after",
     "does not pass on how long the API server asked to be left alone",
     refusals,
     {},
     [](sim_subjects& s) {
       static const hasty_parts parts;
       s.parts = &parts;
     }},
    {"agent-spares-members", "leaves a member out of its results", cmd8, {}, use_answers<spares_members>},
};

constexpr mutant gateways[] = {
    {"gateway-drains-without-a-hint",
     "does not say when to return to streams that it ends",
     no_hint,
     {},
     [](sim_subjects& s) { s.around_gateway = gives_no_hints; }},
    {"gateway-names-no-deadline",
     "sends commands without a deadline",
     late_commands,
     {},
     [](sim_subjects& s) { s.gateway.encode_event = without_deadline; }},
    {"gateway-takes-any-size",
     "reads bodies of sixteen times the limit",
     cut_answers,
     {},
     [](sim_subjects& s) {
       s.tune_gateway = [](gateway::gateway_options& o) { o.limits.body_bytes_max *= 16; };
     }},
    {"gateway-fails-without-codes", "tells callers in words alone that an agent is busy", codes, overflowing,
     [](sim_subjects& s) { s.around_gateway = fails_without_codes; }},
    {"gateway-knows-all-fields",
     "refuses agents with a field in their query that it does not know",
     ver1,
     {},
     [](sim_subjects& s) { s.around_gateway = knows_all_fields; }},
    {"gateway-needs-a-code",
     "does not take failures without a code, as old agents send them",
     ver2,
     {},
     [](sim_subjects& s) { s.around_gateway = needs_a_code; }},
    {"gateway-serves-clusters-in-turn",
     "has one queue for the commands of all clusters",
     rte5,
     {},
     [](sim_subjects& s) { s.around_gateway = serves_clusters_in_turn; }},
    {"gateway-records-no-ends", "leaves the ends of streams out of its audit", aud1, gap_shows,
     [](sim_subjects& s) { s.around_audit = records_no_ends_of_streams; }},
    {"gateway-records-later",
     "sends commands before their records are durable",
     aud2,
     {},
     [](sim_subjects& s) { s.gateway.audit = gateway::audit_order::eventually; }},
    {"gateway-writes-raw-lines", "escapes no quotes in its audit", aud3, unread,
     [](sim_subjects& s) { s.around_audit = writes_raw_lines; }},
    {"gateway-breaks-its-chain",
     "chains its audit to what was never there",
     aud4,
     {},
     [](sim_subjects& s) { s.around_audit = breaks_its_chain; }},
    {"gateway-audits-parameters",
     "writes the parameters of commands into its audit",
     aud5,
     {},
     [](sim_subjects& s) {
       s.around_gateway = remembers_parameters;
       s.around_audit = audits_parameters;
     }},
    {"gateway-makes-up-its-mind-about-ends",
     "takes one of two opinions about where a request ends",
     bad6,
     {},
     [](sim_subjects& s) { s.around_gateway = makes_up_its_mind_about_ends; }},
    {"gateway-names-no-scheme",
     "refuses without saying how one comes in",
     con11,
     {},
     [](sim_subjects& s) { s.around_gateway = names_no_scheme; }},
    {"gateway-keeps-methods-to-itself",
     "does not say which methods a route has",
     bad7,
     {},
     [](sim_subjects& s) { s.around_gateway = keeps_methods_to_itself; }},
    {"gateway-greets-twice",
     "says `connected` two times",
     con13,
     {},
     [](sim_subjects& s) { s.gateway.encode_event = greeting_twice; }},
    {"gateway-forgets-event-ids", "sends commands without an event id", cmd9, read_from_ids,
     [](sim_subjects& s) { s.gateway.encode_event = without_event_id; }},
    {"gateway-claims-to-know-everybody",
     "takes heartbeats of agents that have no stream",
     liv8,
     {},
     [](sim_subjects& s) { s.around_gateway = claims_to_know_everybody; }},
    {"gateway-believes-its-own-heartbeats",
     "takes what it sends for a sign of life of the agent",
     liv4,
     {},
     [](sim_subjects& s) { s.gateway.is_evidence = [](gateway::liveness_signal) { return true; }; }},
    {"gateway-shows-the-last-news",
     "shows clusters as lost once a stream of any has ended",
     ha8,
     {},
     [](sim_subjects& s) { s.around_gateway = shows_the_last_news; }},
    {"gateway-lets-its-gauge-drift",
     "counts one stream too many",
     obs2,
     {},
     [](sim_subjects& s) { s.around_gateway = lets_its_gauge_drift; }},
    {"gateway-counts-no-connects",
     "has no figure for its connects",
     obs3,
     {},
     [](sim_subjects& s) { s.around_gateway = counts_no_connects; }},
    {"gateway-counts-no-denials",
     "has no figure for denials",
     rbc3,
     {},
     [](sim_subjects& s) { s.around_gateway = counts_no_denials; }},
    {"gateway-numbers-its-commands",
     "counts where it should draw request ids by chance",
     cmd6,
     {},
     [](sim_subjects& s) { s.around_gateway = numbers_its_commands; }},
    {"gateway-keeps-ids-to-itself",
     "does not tell callers the id of their command",
     obs5,
     {},
     [](sim_subjects& s) { s.around_gateway = keeps_ids_to_itself; }},
};

}  // namespace

std::span<const mutant> agents_of_another_form() { return agents; }
std::span<const mutant> gateways_of_another_form() { return gateways; }

}  // namespace kitfox::conformance
