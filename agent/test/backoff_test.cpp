#include "agent/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace kitfox::agent {
namespace {

using runtime::duration;
using namespace std::chrono_literals;

constexpr std::size_t population = 1'000;

/// The delays that a population of agents draws after the same history of ends, sorted.
std::vector<duration> delays_after(const std::vector<attempt_end>& history, backoff_options options = {}) {
  std::vector<duration> last;
  for (std::uint64_t seed = 1; seed <= population; ++seed) {
    const auto jitter = runtime::make_seeded_entropy(seed);
    backoff policy{options, *jitter};
    duration delay{};
    for (const attempt_end& end : history) delay = policy.delay_after(end);
    last.push_back(delay);
  }
  std::ranges::sort(last);
  return last;
}

/// All delays lie in (low, high] and fill that range evenly: Kolmogorov-Smirnov, 0.1 % level.
void expect_uniform(const std::vector<duration>& sorted, duration low, duration high) {
  ASSERT_GT(sorted.front(), low - 1ns);
  ASSERT_LE(sorted.back(), high);
  double worst = 0;
  for (std::size_t index = 0; index < sorted.size(); ++index) {
    const double share =
        static_cast<double>((sorted[index] - low).count()) / static_cast<double>((high - low).count());
    const double expected = static_cast<double>(index + 1) / static_cast<double>(sorted.size());
    worst = std::max(worst, std::abs(share - expected));
  }
  EXPECT_LT(worst, 1.95 / std::sqrt(static_cast<double>(sorted.size())));
}

attempt_end failed(end_reason reason = end_reason::dial_failed) { return {.reason = reason}; }
attempt_end session(duration healthy, end_reason reason = end_reason::end_of_stream) {
  return {.reason = reason, .established = true, .healthy = healthy};
}
attempt_end with_floor(attempt_end end, duration floor) {
  end.floor = floor;
  return end;
}

TEST(Backoff, DoublesItsEnvelopeUpToTheCapWithFullJitter) {
  const std::vector<duration> envelopes{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s};
  std::vector<attempt_end> history;
  for (const duration envelope : envelopes) {
    history.push_back(failed());
    expect_uniform(delays_after(history), 0s, envelope);
  }
}

TEST(Backoff, TreatsEveryKindOfFailedAttemptAlike) {
  for (const end_reason reason :
       {end_reason::dial_failed, end_reason::dial_timeout, end_reason::head_timeout, end_reason::throttled,
        end_reason::server_error, end_reason::redirected, end_reason::no_content,
        end_reason::unexpected_status, end_reason::not_an_event_stream, end_reason::end_of_stream,
        end_reason::connection_lost, end_reason::watchdog, end_reason::event_too_large})
    EXPECT_EQ(delays_after({failed(reason), failed(reason)}), delays_after({failed(), failed()}));
}

TEST(Backoff, NeverFallsBelowAHundredMillisecondsInTheMedian) {
  for (const duration healthy : {0s, 1s, 31s, 3600s}) {
    const auto delays = delays_after({session(healthy)});
    EXPECT_GT(delays[delays.size() / 2], 100ms);
  }
  const auto first = delays_after({failed()});
  EXPECT_GT(first[first.size() / 2], 100ms);
}

TEST(Backoff, SpreadsTheFirstRetryAfterASessionOverFiveSeconds) {
  expect_uniform(delays_after({session(1h)}), 0s, 5s);
  expect_uniform(delays_after({session(1s)}), 0s, 5s);
}

TEST(Backoff, StartsAnewAfterThirtyHealthySecondsHoweverTheStreamEnded) {
  std::vector<attempt_end> outage(10, failed());
  for (const end_reason reason :
       {end_reason::end_of_stream, end_reason::connection_lost, end_reason::watchdog}) {
    std::vector<attempt_end> history = outage;
    history.push_back(session(30s, reason));
    expect_uniform(delays_after(history), 0s, 5s);
    history.push_back(failed());
    expect_uniform(delays_after(history), 0s, 2s);
  }
}

TEST(Backoff, KeepsCountingThroughStreamsThatDidNotLast) {
  std::vector<attempt_end> history(10, session(30s - 1ns));
  expect_uniform(delays_after(history), 0s, 60s);
}

TEST(Backoff, KeepsTheEnvelopeOfAnOutageForTwentyFourHours) {
  const auto jitter = runtime::make_seeded_entropy(7);
  backoff policy{{}, *jitter};
  duration slept{};
  while (slept < 24h) {
    const duration delay = policy.delay_after(failed());
    ASSERT_GT(delay, 0s);
    ASSERT_LE(delay, 60s);
    slept += delay;
  }
  EXPECT_GT(policy.consecutive_ends(), 1'400u);
}

TEST(Backoff, TakesAFloorAsMinimumAndJittersUpward) {
  expect_uniform(delays_after({with_floor(failed(), 10s)}), 10s, 15s);
  expect_uniform(delays_after({with_floor(failed(), 300ms)}), 300ms, 1300ms);
  expect_uniform(delays_after({with_floor(session(1h), 3s)}), 3s, 5s);
}

TEST(Backoff, LetsTheEnvelopeReachBeyondTheFloor) {
  std::vector<attempt_end> history(7, failed());
  history.back().floor = 10s;
  expect_uniform(delays_after(history), 10s, 60s);
}

TEST(Backoff, StaysWithinTheCapUnlessTheServerAskedForMore) {
  expect_uniform(delays_after({with_floor(failed(), 50s)}), 50s, 60s);
  expect_uniform(delays_after({with_floor(failed(), 60s)}), 60s, 90s);
  expect_uniform(delays_after({with_floor(failed(), 4min)}), 4min, 5min);
}

TEST(Backoff, CapsWhatTheServerMayAskForAtFiveMinutes) {
  expect_uniform(delays_after({with_floor(failed(), 24h)}), 5min, 6min);
  expect_uniform(delays_after({with_floor(failed(), duration::max())}), 5min, 6min);
}

TEST(Backoff, IgnoresAFloorOfZero) {
  EXPECT_EQ(delays_after({with_floor(failed(), 0s)}), delays_after({failed()}));
}

TEST(Backoff, TakesTheSlowLaneAfterARefusedKey) {
  expect_uniform(delays_after({failed(end_reason::key_refused)}), 30s, 90s);
  expect_uniform(delays_after({with_floor(failed(end_reason::key_refused), 10s)}), 30s, 90s);
  expect_uniform(delays_after({with_floor(failed(end_reason::key_refused), 2min)}), 2min, 3min);
}

TEST(Backoff, GivesTheSameDelaysForTheSameSeed) {
  EXPECT_EQ(delays_after({failed(), session(1s)}), delays_after({failed(), session(1s)}));
}

TEST(Backoff, HonoursOtherParameters) {
  backoff_options options;
  options.initial = 500ms;
  options.factor = 1.5;
  options.cap = 10s;
  expect_uniform(delays_after({failed()}, options), 0s, 500ms);
  expect_uniform(delays_after({failed(), failed()}, options), 0s, 750ms);
  expect_uniform(delays_after(std::vector<attempt_end>(50, failed()), options), 0s, 10s);
}

}  // namespace
}  // namespace kitfox::agent
