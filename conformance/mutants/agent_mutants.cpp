#include <nlohmann/json.hpp>

#include "conformance/mutants/agent_wire.hpp"
#include "conformance/mutants/mutant_tables.hpp"

namespace kitfox::conformance {
namespace {

using agent::attempt_end;
using agent::end_reason;

/// A reconnect policy that changes what the reference decides.
template <class Change>
class changed_reconnects final : public agent::reconnect_policy {
 public:
  explicit changed_reconnects(std::unique_ptr<agent::reconnect_policy> inner) : inner_{std::move(inner)} {}
  runtime::duration delay_after(const attempt_end& end) override { return Change::delay(*inner_, end); }
  unsigned consecutive_ends() const noexcept override { return inner_->consecutive_ends(); }

 private:
  std::unique_ptr<agent::reconnect_policy> inner_;
};

template <class Change>
class parts_with_reconnects final : public agent::agent_parts {
 public:
  std::unique_ptr<agent::reconnect_policy> make_reconnect_policy(const agent::backoff_options& options,
                                                                 runtime::entropy& jitter) const override {
    return std::make_unique<changed_reconnects<Change>>(agent_parts::make_reconnect_policy(options, jitter));
  }
};

template <class Parts>
void use_parts(sim_subjects& to) {
  static const Parts parts;
  to.parts = &parts;
}

struct without_jitter {
  static runtime::duration delay(agent::reconnect_policy& inner, const attempt_end& end) {
    const unsigned before = inner.consecutive_ends();
    const runtime::duration usual = inner.delay_after(end);
    if (end.reason == end_reason::key_refused) return usual;
    const unsigned step = std::min(before, 6u);
    const runtime::duration full =
        std::min<runtime::duration>(std::chrono::seconds{60}, std::chrono::seconds{1} * (1 << step));
    return std::max(full, end.floor.value_or(runtime::duration::zero()));
  }
};
struct at_once_after_clean_end {
  static runtime::duration delay(agent::reconnect_policy& inner, const attempt_end& end) {
    const runtime::duration usual = inner.delay_after(end);
    return end.reason == end_reason::end_of_stream ? std::chrono::milliseconds{1} : usual;
  }
};
struct deaf_to_floors {
  static runtime::duration delay(agent::reconnect_policy& inner, const attempt_end& end) {
    attempt_end without = end;
    without.floor.reset();
    return inner.delay_after(without);
  }
};
struct hammering_when_refused {
  static runtime::duration delay(agent::reconnect_policy& inner, const attempt_end& end) {
    const runtime::duration usual = inner.delay_after(end);
    return end.reason == end_reason::key_refused ? std::chrono::seconds{2} : usual;
  }
};
struct giving_up {
  static runtime::duration delay(agent::reconnect_policy& inner, const attempt_end& end) {
    const runtime::duration usual = inner.delay_after(end);
    return inner.consecutive_ends() >= 5 ? std::chrono::hours{24 * 365} : usual;
  }
};
struct never_forgetting {
  static runtime::duration delay(agent::reconnect_policy& inner, const attempt_end& end) {
    attempt_end unhealthy = end;
    unhealthy.healthy = {};
    return inner.delay_after(unhealthy);
  }
};
struct growing_without_cap {
  static runtime::duration delay(agent::reconnect_policy& inner, const attempt_end& end) {
    const runtime::duration usual = inner.delay_after(end);
    return inner.consecutive_ends() >= 8 ? usual + std::chrono::minutes{10} : usual;
  }
};

/// Says that nothing is there where it was not allowed to look.
class blind_runner final : public agent::command_runner {
 public:
  explicit blind_runner(std::unique_ptr<command_runner> inner) : inner_{std::move(inner)} {}
  runtime::task<agent::command_outcome> run(agent::command_call call) override {
    agent::command_outcome out = co_await inner_->run(std::move(call));
    if (out.error_code == protocol::command_error::denied) {
      out = agent::command_outcome{};
      out.result = protocol::json_value{
          nlohmann::json{{"namespace", "default"}, {"pod_count", 0}, {"pods", nlohmann::json::array()}}};
    }
    co_return out;
  }

 private:
  std::unique_ptr<command_runner> inner_;
};

/// Runs whatever it is told: a command that it does not know comes to nothing, successfully.
class obedient_runner final : public agent::command_runner {
 public:
  explicit obedient_runner(std::unique_ptr<command_runner> inner) : inner_{std::move(inner)} {}
  runtime::task<agent::command_outcome> run(agent::command_call call) override {
    agent::command_outcome out = co_await inner_->run(std::move(call));
    if (out.error_code == protocol::command_error::unknown_command) {
      out = agent::command_outcome{};
      out.result = protocol::json_value{nlohmann::json::object()};
    }
    co_return out;
  }

 private:
  std::unique_ptr<command_runner> inner_;
};

/// Makes names of what is none instead of refusing it: what follows the last slash, without odd characters.
class lenient_runner final : public agent::command_runner {
 public:
  explicit lenient_runner(std::unique_ptr<command_runner> inner) : inner_{std::move(inner)} {}
  runtime::task<agent::command_outcome> run(agent::command_call call) override {
    nlohmann::json& params = call.params.get();
    for (auto& [name, value] : params.items()) {
      if (!value.is_string() || name == "continue") continue;
      std::string text = value.get<std::string>();
      text.erase(0, text.find_last_of('/') + 1);
      text.erase(std::min(text.size(), text.find_first_of("?&%")));
      value = text;
    }
    return inner_->run(std::move(call));
  }

 private:
  std::unique_ptr<command_runner> inner_;
};

/// Calls every failure of Kubernetes an internal error.
class coarse_runner final : public agent::command_runner {
 public:
  explicit coarse_runner(std::unique_ptr<command_runner> inner) : inner_{std::move(inner)} {}
  runtime::task<agent::command_outcome> run(agent::command_call call) override {
    agent::command_outcome out = co_await inner_->run(std::move(call));
    if (out.error_code == protocol::command_error::not_found ||
        out.error_code == protocol::command_error::unavailable) {
      out.error_code = protocol::command_error::internal;
    }
    co_return out;
  }

 private:
  std::unique_ptr<command_runner> inner_;
};

template <class Runner>
class parts_with_runner final : public agent::agent_parts {
 public:
  std::unique_ptr<agent::command_runner> make_command_runner(
      std::unique_ptr<agent::command_runner> reference) const override {
    return std::make_unique<Runner>(std::move(reference));
  }
};

/// Sends failures as plain text, without a code.
class codeless_sender final : public agent::answer_sender {
 public:
  explicit codeless_sender(std::unique_ptr<answer_sender> inner) : inner_{std::move(inner)} {}
  runtime::task<agent::delivery> send(agent::outgoing_answer answer) override {
    nlohmann::json body = nlohmann::json::parse(answer.body, nullptr, false);
    if (body.is_object() && body.erase("error_code") > 0) answer.body = body.dump();
    return inner_->send(std::move(answer));
  }

 private:
  std::unique_ptr<answer_sender> inner_;
};

class codeless_parts final : public agent::agent_parts {
 public:
  std::unique_ptr<agent::answer_sender> make_answer_sender(
      std::unique_ptr<agent::answer_sender> reference) const override {
    return std::make_unique<codeless_sender>(std::move(reference));
  }
};

/// Runs what it is told to, and keeps the answers to itself.
class silent_sender final : public agent::answer_sender {
 public:
  runtime::task<agent::delivery> send(agent::outgoing_answer) override {
    co_return agent::delivery::delivered;
  }
};

class silent_parts final : public agent::agent_parts {
 public:
  std::unique_ptr<agent::answer_sender> make_answer_sender(
      std::unique_ptr<agent::answer_sender>) const override {
    return std::make_unique<silent_sender>();
  }
};

using ids = std::string_view;
constexpr ids rec1[] = {"REC-1", "REC-7", "REC-8"}, rec2[] = {"REC-2"}, rec3[] = {"REC-3"},
              rec4[] = {"REC-4"}, rec5[] = {"REC-5"}, rec6[] = {"REC-6", "REV-7"}, rec7[] = {"REC-7"},
              rec10[] = {"REC-10"};
constexpr ids sse2[] = {"SSE-2"}, sse3[] = {"SSE-3"}, sse4[] = {"SSE-4"}, sse5[] = {"SSE-5", "SSE-8"},
              cmd3[] = {"CMD-3"}, liv5[] = {"LIV-5"}, obs4[] = {"OBS-4"}, tls3[] = {"TLS-3"},
              rec9[] = {"REC-9"}, rbc4[] = {"RBC-4"}, bad3[] = {"BAD-3"}, rec8[] = {"REC-8"},
              drn3[] = {"DRN-3"};
constexpr ids cmd5[] = {"CMD-5"};
constexpr ids liv2[] = {"LIV-2"}, con4[] = {"CON-4"}, cmd1[] = {"CMD-1"}, cmd2[] = {"CMD-2"},
              rsp6[] = {"RSP-6"}, rsp8[] = {"RSP-8"}, rbc1[] = {"RBC-1"}, rbc2[] = {"RBC-2"};
// What else breaks with it, and why.
constexpr ids whole_waits[] = {"REC-3"};    // after sessions that were too short to count, too
constexpr ids in_envelope[] = {"REC-1"};    // and the next waits are out of theirs
constexpr ids hints_ignored[] = {"REC-7"};  // a clean end may ask for a pause
constexpr ids long_waits[] = {"REC-1", "REC-5",
                              "HA-1"};  // out of the envelope, and away when it is asked for
constexpr ids never_back[] = {"REC-4", "REC-7", "REC-10", "DRN-2",
                              "HA-1"};  // whatever it was to come back for
constexpr ids ears_shut[] = {"LIV-5", "HA-1",
                             "HA-2"};          // ready, away and routable as long as it notices nothing
constexpr ids hanging[] = {"REC-5", "REC-4"};  // where the others come back
constexpr ids without_a_wait[] = {"REC-7"};    // between the two
constexpr ids without_codes[] = {"CMD-2", "CMD-5", "RBC-1"};  // busy, unknown and denied are codes
constexpr ids counted_as_denied[] = {"RBC-1"};  // the role does not grant it, and a scenario counts refusals
constexpr ids caller_waits[] = {"IDM-3"};       // for the agent that stays

// an answer is what all of these are seen by, and whoever knows a command's id may answer in its place
constexpr ids nothing_told[] = {"CMD-1", "CMD-5", "CMD-8", "RBC-1", "REC-5", "RSP-3"};
constexpr ids lost_as_well[] = {"RSP-8"};            // what is lost is not answered
constexpr ids lists_for_logs[] = {"CMD-8"};          // a list of pods in place of a log is none
constexpr ids one_at_a_time[] = {"CMD-2", "DRN-2"};  // fewer are done when the time is over
constexpr ids one_after_the_other[] = {"REC-1"};     // without a wait, when the first of the two fails
constexpr ids shows_failing_dials[] = {"backoff/full-jitter"};
constexpr ids shows_long_waits[] = {"half-open/one-way"};
constexpr ids shows_slow_work[] = {"commands/default-number-of-workers", "shutdown/gateway-drain-under-load"};
constexpr ids shows_fleet[] = {"herd/cut-at-one-instant"};
constexpr ids shows_herds[] = {"herd/cut-at-one-instant", "herd/pause-asked-of-a-herd"};
constexpr ids shows_clean_ends[] = {"disconnect/clean-end-a-thousand-times"};

// What is found in other cases alone, whose scenarios wait for a denial, send nonsense by hand, or drain a
// fleet.
constexpr ids denials_awaited[] = {"RBC-5"};
constexpr ids nonsense_by_hand[] = {"SSE-1", "SSE-2"};
constexpr ids fleet_after_drain[] = {"DRN-1"};

constexpr mutant broken_agents[] = {
    {"agent-no-jitter", "waits the whole envelope each time", rec1, whole_waits,
     use_parts<parts_with_reconnects<without_jitter>>, shows_herds},
    {"agent-zero-delay-on-clean-end", "comes back at once when the gateway ends the stream in order", rec2,
     hints_ignored, use_parts<parts_with_reconnects<at_once_after_clean_end>>, shows_clean_ends},
    {"agent-no-watchdog", "never notices a silent link", liv2, ears_shut,
     [](sim_subjects& s) { s.agent.session.watchdog_intervals = 0; }},
    {"agent-resets-at-once", "forgets its failures with every stream that comes up", rec3, in_envelope,
     [](sim_subjects& s) { s.agent.backoff.healthy_after = std::chrono::seconds{0}; }},
    {"agent-never-resets", "counts its failures for ever, however healthy a stream was", rec3, in_envelope,
     use_parts<parts_with_reconnects<never_forgetting>>},
    {"agent-obedient",
     "answers ok to commands that it does not know",
     cmd5,
     {},
     use_parts<parts_with_runner<obedient_runner>>},
    {"agent-no-cap", "waits ten minutes more once it has failed eight times", rec4, long_waits,
     use_parts<parts_with_reconnects<growing_without_cap>>, shows_long_waits},
    {"agent-gives-up", "stops trying after five failures", rec5, never_back,
     use_parts<parts_with_reconnects<giving_up>>},
    {"agent-hammers-with-refused-key",
     "dials every two seconds with a refused key",
     rec6,
     {},
     use_parts<parts_with_reconnects<hammering_when_refused>>},
    {"agent-deaf-to-retry-after",
     "comes back before the gateway asked it to",
     rec7,
     {},
     use_parts<parts_with_reconnects<deaf_to_floors>>},
    {"agent-patient-dialler", "waits for a dial as long as it takes", rec10, hanging,
     [](sim_subjects& s) {
       s.agent.session.dial_timeout = std::chrono::hours{24};
       s.agent.session.head_timeout = std::chrono::hours{24};
     }},
    {"agent-ready-early", "counts as connected with the response head", con4, in_envelope,
     [](sim_subjects& s) { s.agent.session.ready = agent::ready_on::response_head; }},
    {"agent-serial", "runs one command at a time", cmd1, one_at_a_time,
     [](sim_subjects& s) { s.agent.commands.workers = 1; }, shows_slow_work},
    {"agent-unbounded-workers",
     "runs every command at once",
     cmd2,
     {},
     [](sim_subjects& s) {
       s.agent.commands.workers = 200;
       s.agent.kubernetes.connections_max = 200;
     }},
    {"agent-says-nothing", "runs commands and never answers one", rsp8, nothing_told,
     use_parts<silent_parts>},
    {"agent-codeless", "reports failures as text alone", rsp6, without_codes, use_parts<codeless_parts>},
    {"agent-denial-as-empty",
     "reports a denial as an empty list",
     rbc1,
     lists_for_logs,
     use_parts<parts_with_runner<blind_runner>>,
     {},
     denials_awaited},
    {"agent-coarse-errors",
     "maps every failure of Kubernetes to internal",
     rbc2,
     {},
     use_parts<parts_with_runner<coarse_runner>>},
    {"agent-loses-split-commands", "loses commands whose events come in pieces", sse2, lost_as_well,
     [](sim_subjects& s) { s.around_agent = loses_commands_that_come_in_pieces; }},
    {"agent-leaves-at-nonsense",
     "drops its stream over an event that is no JSON object",
     sse3,
     {},
     [](sim_subjects& s) { s.around_agent = leaves_at_nonsense; },
     {},
     nonsense_by_hand},
    {"agent-swallows-any-event",
     "reads events of any size",
     sse4,
     {},
     [](sim_subjects& s) {
       s.tune_agent = [](agent::agent_policy& p) { p.session.event_bytes_max = 1024 * 1024 * 1024; };
     }},
    {"agent-runs-unfinished-events",
     "takes the end of a stream for the end of an event",
     sse5,
     {},
     [](sim_subjects& s) { s.around_agent = runs_unfinished_events; }},
    {"agent-ignores-deadlines",
     "runs commands whose time is over",
     cmd3,
     {},
     [](sim_subjects& s) { s.around_agent = ignores_deadlines; }},
    {"agent-says-ready-for-ever",
     "stays ready when its stream is lost",
     liv5,
     {},
     [](sim_subjects& s) { s.around_agent = says_ready_for_ever; }},
    {"agent-keeps-quiet",
     "does not log that it is connected",
     obs4,
     {},
     [](sim_subjects& s) { s.around_agent = keeps_quiet_about_connects; }},
    {"agent-hides-disconnects",
     "does not log that it lost its stream",
     obs4,
     {},
     [](sim_subjects& s) { s.around_agent = keeps_quiet_about_disconnects; }},
    {"agent-follows-redirects",
     "repeats its request, key and all, where a redirect points",
     tls3,
     {},
     [](sim_subjects& s) { s.around_agent = follows_redirects; }},
    {"agent-dials-twice", "makes two dials of its first one", rec9, one_after_the_other,
     [](sim_subjects& s) { s.around_agent = dials_twice; }, shows_failing_dials, without_a_wait},
    {"agent-reads-secrets", "asks for the secrets of the cluster with every list", rbc4, counted_as_denied,
     [](sim_subjects& s) { s.around_agent = reads_secrets; }},
    {"agent-lenient-with-names",
     "makes names of parameters that are none",
     bad3,
     {},
     use_parts<parts_with_runner<lenient_runner>>},
    {"agent-returns-at-once",
     "does not spread its first return after a session",
     rec8,
     {},
     [](sim_subjects& s) { s.tune_agent = [](agent::agent_policy& p) { p.backoff.session_spread = {}; }; },
     shows_fleet,
     fleet_after_drain},
    {"agent-stays-on", "takes ten minutes to stop while a command runs", drn3, caller_waits,
     [](sim_subjects& s) {
       s.tune_agent = [](agent::agent_policy& p) { p.commands.drain_timeout = std::chrono::minutes{10}; };
     }},
};

}  // namespace

std::span<const mutant> agents_that_behave_otherwise() { return broken_agents; }

}  // namespace kitfox::conformance
