#include "agent/response_retry.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kitfox::agent {
namespace {

using runtime::duration;
using runtime::mono_time;
using namespace std::chrono_literals;

constexpr mono_time first_try{100s};

struct retries {
  explicit retries(mono_time until, std::uint64_t seed = 1, response_options options = {})
      : jitter{runtime::make_seeded_entropy(seed)}, retry{options, *jitter, until} {}
  retry_action fail(int status, std::optional<duration> retry_after = {}) {
    return retry.on_try_ended({status, retry_after}, now);
  }
  std::unique_ptr<runtime::entropy> jitter;
  response_retry retry;
  mono_time now = first_try;
};

TEST(ResponseRetry, EndsWithTheFirstAnswerThatSettlesIt) {
  const std::vector<std::pair<int, delivery>> cases{
      {200, delivery::delivered},   {204, delivery::delivered},   {400, delivery::refused},
      {401, delivery::key_refused}, {403, delivery::key_refused}, {404, delivery::refused},
      {409, delivery::refused},     {410, delivery::refused},     {413, delivery::too_large},
      {302, delivery::refused}};
  for (const auto& [status, outcome] : cases) {
    retries f{first_try + 30s};
    const retry_action action = f.fail(status);
    EXPECT_EQ(action.step, retry_action::what::end) << status;
    EXPECT_EQ(action.outcome, outcome) << status;
  }
}

TEST(ResponseRetry, RepeatsAfterNetworkErrorServerErrorAndThrottling) {
  for (const int status : {0, 408, 425, 429, 500, 502, 503, 504}) {
    retries f{first_try + 30s};
    EXPECT_EQ(f.fail(status).step, retry_action::what::wait) << status;
  }
}

TEST(ResponseRetry, DoublesItsPauseWithJitterUpToTheCap) {
  const std::vector<duration> envelopes{500ms, 1s, 2s, 4s, 5s, 5s};
  duration low = duration::max();
  duration high{};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    retries f{first_try + 1h, seed};
    for (const duration envelope : envelopes) {
      const retry_action action = f.fail(503);
      ASSERT_EQ(action.step, retry_action::what::wait);
      EXPECT_GE(action.delay, envelope / 2);
      EXPECT_LE(action.delay, envelope);
      if (envelope != 500ms) continue;
      low = std::min(low, action.delay);
      high = std::max(high, action.delay);
    }
  }
  EXPECT_LT(low, 260ms);
  EXPECT_GT(high, 490ms);
}

TEST(ResponseRetry, GoesOnUntilTheDeadlineAndNotBeyond) {
  retries f{first_try + 30s};
  int tries = 1;
  for (retry_action action = f.fail(503); action.step == retry_action::what::wait; action = f.fail(503)) {
    f.now += action.delay;
    ASSERT_LT(f.now, first_try + 30s);
    ++tries;
  }
  EXPECT_GE(tries, 8);
}

TEST(ResponseRetry, TakesRetryAfterAsAFloor) {
  retries f{first_try + 1h};
  for (int count = 0; count < 5; ++count) {
    const retry_action action = f.fail(429, 7s);
    ASSERT_EQ(action.step, retry_action::what::wait);
    EXPECT_GE(action.delay, 7s);
    EXPECT_LE(action.delay, 12s);
  }
}

TEST(ResponseRetry, GivesUpWhenAskedToWaitBeyondTheDeadline) {
  retries f{first_try + 30s};
  const retry_action action = f.fail(503, 2min);
  EXPECT_EQ(action.step, retry_action::what::end);
  EXPECT_EQ(action.outcome, delivery::given_up);
}

TEST(ResponseRetry, MakesAtLeastThreeTriesThoughTheDeadlineIsNear) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    retries f{first_try + 10ms, seed};
    for (int tries = 1; tries < 3; ++tries) {
      const retry_action action = f.fail(0);
      ASSERT_EQ(action.step, retry_action::what::wait) << "after try " << tries;
      f.now += action.delay;
    }
    const retry_action last = f.fail(0);
    EXPECT_EQ(last.step, retry_action::what::end);
    EXPECT_EQ(last.outcome, delivery::given_up);
    EXPECT_LE(f.now, first_try + 10ms + 5s);
  }
}

TEST(ResponseRetry, StopsAtTheGraceHoweverFewTriesThereWere) {
  retries f{first_try};
  f.now = first_try + 5s;
  EXPECT_EQ(f.fail(0).step, retry_action::what::end);
}

TEST(ResponseRetry, StopsAtTheMaximumOfTries) {
  response_options options;
  options.tries_max = 1;
  retries f{first_try + 30s, 1, options};
  EXPECT_EQ(f.fail(0).step, retry_action::what::end);
}

}  // namespace
}  // namespace kitfox::agent
