#include "agent/tuning_flags.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <span>

namespace kitfox::agent {

namespace {

enum class zero { refused, means_none };

/// A time that a deployment may tune, as a flag in seconds.
struct tuned_span {
  const char* flag;
  runtime::duration& (*of)(agent_policy&);
  const char* meaning;
  double least, most;
  zero at_zero = zero::refused;
};

std::span<const tuned_span> tuned_spans() {
  using policy = agent_policy;
  using span = runtime::duration;
  static constexpr tuned_span all[] = {
      {"--backoff-initial-seconds", [](policy& p) -> span& { return p.backoff.initial; },
       "Envelope of the first retry", 0.1, 60},
      {"--backoff-cap-seconds", [](policy& p) -> span& { return p.backoff.cap; },
       "The envelope never exceeds it", 0.5, 60},
      {"--healthy-after-seconds", [](policy& p) -> span& { return p.backoff.healthy_after; },
       "A stream healthy for so long starts the count of failures anew", 0.5, 3600},
      {"--session-spread-seconds", [](policy& p) -> span& { return p.backoff.session_spread; },
       "The first retry after a session is drawn from at least this", 0.1, 300},
      {"--floor-max-seconds", [](policy& p) -> span& { return p.backoff.floor_max; },
       "The longest wait that a gateway may ask for", 1, 300},
      {"--slow-lane-seconds", [](policy& p) -> span& { return p.backoff.slow_lane; },
       "Middle of the delays after a refused key", 60, 3600},
      {"--dial-timeout-seconds", [](policy& p) -> span& { return p.session.dial_timeout; },
       "Name, TCP and TLS together", 0.1, 60},
      {"--head-timeout-seconds", [](policy& p) -> span& { return p.session.head_timeout; },
       "From a request to the end of the response's head", 0.1, 60},
      {"--connected-timeout-seconds", [](policy& p) -> span& { return p.session.connected_timeout; },
       "From the head to the connected event", 1, 300},
      {"--heartbeat-interval-seconds", [](policy& p) -> span& { return p.session.heartbeat_interval; },
       "Assumed until the gateway says otherwise", 1, 300},
      {"--heartbeat-post-interval-seconds",
       [](policy& p) -> span& { return p.session.heartbeat_post_interval; },
       "Between two heartbeats that the agent posts; 0: none", 1, 86'400, zero::means_none},
      {"--response-try-timeout-seconds", [](policy& p) -> span& { return p.responses.try_timeout; },
       "One try to deliver an answer", 0.1, 60},
      {"--response-retry-initial-seconds", [](policy& p) -> span& { return p.responses.retry_initial; },
       "Envelope of the first pause between tries", 0.1, 60},
      {"--response-retry-cap-seconds", [](policy& p) -> span& { return p.responses.retry_cap; },
       "Longest pause between tries", 0.1, 60},
  };
  return all;
}

CLI::Validator within(double least, double most, zero at_zero) {
  const char* const or_zero = at_zero == zero::means_none ? "0, or " : "";
  const std::string range = fmt::format("{}{} to {}", or_zero, least, most);
  const auto complaint_of = [=](std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    // Written so that NaN, which compares with nothing, is refused.
    const bool fits = (value >= least && value <= most) || (value == 0 && at_zero == zero::means_none);
    return end != text.c_str() && *end == '\0' && fits ? std::string{} : "expected " + range;
  };
  return CLI::Validator{complaint_of, "in [" + range + "]"};
}

}  // namespace

CLI::Validator within(double least, double most) { return within(least, most, zero::refused); }

void tuning_flags::declare(CLI::App& app, agent_policy& policy) {
  for (const tuned_span& one : tuned_spans()) {
    seconds_.push_back(std::chrono::duration<double>(one.of(policy)).count());
    app.add_option(one.flag, seconds_.back(), one.meaning)
        ->check(within(one.least, one.most, one.at_zero))
        ->capture_default_str()
        ->group(group);
  }
  app.add_option("--backoff-factor", policy.backoff.factor, "Growth of the envelope")
      ->check(within(1.5, 10))
      ->capture_default_str()
      ->group(group);
  app.add_option("--watchdog-intervals", policy.session.watchdog_intervals,
                 "Heartbeat intervals of silence that end a stream")
      ->check(CLI::Range(1, 100))
      ->capture_default_str()
      ->group(group);
  declare_sizes(app, policy);
}

void tuning_flags::declare_sizes(CLI::App& app, agent_policy& policy) {
  struct tuned_size {
    const char* flag;
    std::size_t& of;
    const char* meaning;
    std::size_t least, most;
  };
  constexpr std::size_t mebibyte = 1024 * 1024;
  const tuned_size all[] = {
      {"--event-bytes-max", policy.session.event_bytes_max, "Bytes of one server-sent event", 1024,
       64 * mebibyte},
      {"--answers-kept", policy.idempotency.entries_max, "Answers remembered against repeats; 0: none", 0,
       1'000'000},
      {"--answer-bytes-kept", policy.idempotency.answer_bytes_max,
       "Bytes of those answers; of older ones only the id is remembered", 0, 1024 * mebibyte},
      {"--body-bytes-max", policy.responses.body_bytes_max, "Bytes of one answer; a longer one is truncated",
       512, 16 * mebibyte},
      {"--page-items", policy.kubernetes.page_items, "Objects asked of Kubernetes at a time", 1, 1000},
      {"--log-bytes-max", policy.kubernetes.log_bytes_max, "Bytes of one container log", 1, 16 * mebibyte},
  };
  for (const tuned_size& one : all)
    app.add_option(one.flag, one.of, one.meaning)
        ->check(CLI::Range(one.least, one.most))
        ->capture_default_str()
        ->group(group);
}

void tuning_flags::apply(agent_policy& policy) const {
  const auto tuned = tuned_spans();
  for (std::size_t index = 0; index < tuned.size(); ++index)
    tuned[index].of(policy) =
        std::chrono::duration_cast<runtime::duration>(std::chrono::duration<double>(seconds_[index]));
}

}  // namespace kitfox::agent
