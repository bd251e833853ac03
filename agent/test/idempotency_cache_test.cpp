#include "agent/idempotency_cache.hpp"

#include <gtest/gtest.h>

namespace kitfox::agent {
namespace {

using runtime::mono_time;
using sighting = idempotency_cache::sighting;
using namespace std::chrono_literals;

constexpr mono_time start_of_cache{100s};

idempotency_options bounds(std::size_t entries_max, std::size_t bytes_max = 1'000'000) {
  idempotency_options options;
  options.entries_max = entries_max;
  options.answer_bytes_max = bytes_max;
  return options;
}

void answer(idempotency_cache& cache, const std::string& id, const std::string& body,
            mono_time when = start_of_cache) {
  ASSERT_EQ(cache.on_command(id, when).seen, sighting::fresh);
  cache.on_answered(id, body, when);
}

TEST(IdempotencyCache, TellsFreshInFlightAndAnsweredApart) {
  idempotency_cache cache{{}};
  EXPECT_EQ(cache.on_command("a", start_of_cache).seen, sighting::fresh);
  EXPECT_EQ(cache.on_command("a", start_of_cache).seen, sighting::in_flight);
  cache.on_answered("a", "body of a", start_of_cache);
  const auto again = cache.on_command("a", start_of_cache + 10min);
  EXPECT_EQ(again.seen, sighting::answered);
  EXPECT_EQ(again.body, "body of a");
}

TEST(IdempotencyCache, KeepsTheFirstAnswer) {
  idempotency_cache cache{{}};
  answer(cache, "a", "first");
  cache.on_answered("a", "second", start_of_cache);
  EXPECT_EQ(cache.on_command("a", start_of_cache).body, "first");
  cache.on_answered("never seen", "body", start_of_cache);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(IdempotencyCache, ForgetsAfterMoreThanTenMinutes) {
  idempotency_cache cache{{}};
  answer(cache, "a", "body");
  EXPECT_EQ(cache.on_command("a", start_of_cache + 10min).seen, sighting::answered);
  EXPECT_EQ(cache.on_command("a", start_of_cache + 10min + 1ns).seen, sighting::fresh);
}

TEST(IdempotencyCache, HoldsTenThousandEntriesAndDropsTheOldestAnswer) {
  idempotency_cache cache{{}};
  for (int index = 0; index < 10'000; ++index) answer(cache, std::to_string(index), "body");
  EXPECT_EQ(cache.on_command("0", start_of_cache).seen, sighting::answered);
  answer(cache, "one more", "body");
  EXPECT_EQ(cache.size(), 10'000u);
  EXPECT_EQ(cache.on_command("1", start_of_cache).seen, sighting::answered);
  EXPECT_EQ(cache.on_command("0", start_of_cache).seen, sighting::fresh);
}

TEST(IdempotencyCache, NeverDropsWhatIsUnderWay) {
  idempotency_cache cache{bounds(2)};
  EXPECT_EQ(cache.on_command("a", start_of_cache).seen, sighting::fresh);
  EXPECT_EQ(cache.on_command("b", start_of_cache).seen, sighting::fresh);
  EXPECT_EQ(cache.on_command("c", start_of_cache).seen, sighting::fresh);
  EXPECT_EQ(cache.on_command("a", start_of_cache + 24h).seen, sighting::in_flight);
}

TEST(IdempotencyCache, DropsBodiesOverTheByteLimitButKeepsTheIds) {
  idempotency_cache cache{bounds(10, 100)};
  answer(cache, "a", std::string(60, 'a'));
  answer(cache, "b", std::string(60, 'b'));
  EXPECT_EQ(cache.answer_bytes(), 60u);
  EXPECT_EQ(cache.on_command("a", start_of_cache).seen, sighting::forgotten);
  EXPECT_EQ(cache.on_command("b", start_of_cache).seen, sighting::answered);
}

TEST(IdempotencyCache, KeepsNoBodyThatAloneExceedsTheLimit) {
  idempotency_cache cache{bounds(10, 100)};
  answer(cache, "a", std::string(101, 'a'));
  EXPECT_EQ(cache.answer_bytes(), 0u);
  EXPECT_EQ(cache.on_command("a", start_of_cache).seen, sighting::forgotten);
}

TEST(IdempotencyCache, CountsBytesRightThroughBothKindsOfEviction) {
  idempotency_cache cache{bounds(3, 100)};
  for (int index = 0; index < 50; ++index) {
    answer(cache, std::to_string(index), std::string(static_cast<std::size_t>(index) * 3 % 70, 'x'));
    ASSERT_LE(cache.answer_bytes(), 100u);
    ASSERT_LE(cache.size(), 3u);
  }
  EXPECT_EQ(cache.on_command("x", start_of_cache + 1h).seen, sighting::fresh);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.answer_bytes(), 0u);
}

TEST(IdempotencyCache, RemembersNothingWithoutEntries) {
  idempotency_cache cache{bounds(0)};
  EXPECT_EQ(cache.on_command("a", start_of_cache).seen, sighting::fresh);
  cache.on_answered("a", "body", start_of_cache);
  EXPECT_EQ(cache.on_command("a", start_of_cache).seen, sighting::fresh);
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace kitfox::agent
