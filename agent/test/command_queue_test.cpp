#include "agent/command_queue.hpp"

#include <gtest/gtest.h>

namespace kitfox::agent {
namespace {

using runtime::mono_time;
using namespace std::chrono_literals;

constexpr mono_time begin{100s};

command_call call(const std::string& id, mono_time deadline = begin + 30s) {
  command_call one;
  one.request_id = id;
  one.command = "list_pods";
  one.deadline = deadline;
  return one;
}

struct queue_of {
  queue_of(std::size_t workers, std::size_t queue_max) : queue{options(workers, queue_max)} {}
  static command_options options(std::size_t workers, std::size_t queue_max) {
    command_options bounds;
    bounds.workers = workers;
    bounds.queue_max = queue_max;
    return bounds;
  }
  admission add(const std::string& id, mono_time deadline = begin + 30s) {
    command_call one = call(id, deadline);
    return queue.on_command(one, now);
  }
  std::string started() {
    const auto one = queue.take_started();
    if (one) serials.push_back(one->serial);
    return one ? one->call.request_id : "";
  }
  std::string expired() {
    const auto one = queue.take_expired();
    return one ? one->request_id : "";
  }
  command_queue queue;
  mono_time now = begin;
  std::vector<std::uint64_t> serials;
};

TEST(CommandQueue, StartsAsManyAsThereAreWorkersThenQueuesThenIsBusy) {
  queue_of f{2, 1};
  EXPECT_EQ(f.add("a"), admission::started);
  EXPECT_EQ(f.add("b"), admission::started);
  EXPECT_EQ(f.add("c"), admission::queued);
  EXPECT_EQ(f.add("d"), admission::busy);
  EXPECT_EQ(f.started(), "a");
  EXPECT_EQ(f.started(), "b");
  EXPECT_EQ(f.started(), "");
  EXPECT_EQ(f.queue.running_count(), 2u);
  EXPECT_EQ(f.queue.queued_count(), 1u);
}

TEST(CommandQueue, HoldsEightAndSixtyFourByDefault) {
  command_queue queue{command_options{}};
  int started = 0;
  int queued = 0;
  int busy = 0;
  for (int index = 0; index < 80; ++index) {
    command_call one = call(std::to_string(index));
    const admission what = queue.on_command(one, begin);
    started += what == admission::started;
    queued += what == admission::queued;
    busy += what == admission::busy;
  }
  EXPECT_EQ(started, 8);
  EXPECT_EQ(queued, 64);
  EXPECT_EQ(busy, 8);
}

TEST(CommandQueue, LeavesARefusedCallToItsOwner) {
  queue_of f{1, 0};
  EXPECT_EQ(f.add("a"), admission::started);
  command_call refused = call("b");
  EXPECT_EQ(f.queue.on_command(refused, begin), admission::busy);
  EXPECT_EQ(refused.request_id, "b");
}

TEST(CommandQueue, StartsTheOldestWhenAWorkerIsFree) {
  queue_of f{1, 5};
  for (const char* id : {"a", "b", "c"}) static_cast<void>(f.add(id));
  EXPECT_EQ(f.started(), "a");
  f.queue.on_finished(f.serials.at(0), f.now);
  EXPECT_EQ(f.started(), "b");
  EXPECT_EQ(f.started(), "");
  f.queue.on_finished(f.serials.at(1), f.now);
  EXPECT_EQ(f.started(), "c");
  f.queue.on_finished(f.serials.at(2), f.now);
  EXPECT_TRUE(f.queue.idle());
}

TEST(CommandQueue, NeverStartsWhatHasExpired) {
  queue_of f{1, 5};
  EXPECT_EQ(f.add("late", begin), admission::expired);
  EXPECT_EQ(f.add("a"), admission::started);
  EXPECT_EQ(f.started(), "a");
  EXPECT_EQ(f.add("b", begin + 1s), admission::queued);
  EXPECT_EQ(f.add("c", begin + 9s), admission::queued);
  f.now = begin + 1s;
  f.queue.on_finished(f.serials.at(0), f.now);
  EXPECT_EQ(f.expired(), "b");
  EXPECT_EQ(f.expired(), "");
  EXPECT_EQ(f.started(), "c");
}

TEST(CommandQueue, TellsTheEarliestDeadlineAndExpiresOnTime) {
  queue_of f{1, 5};
  EXPECT_FALSE(f.queue.next_expiry());
  static_cast<void>(f.add("a", begin + 1s));
  EXPECT_FALSE(f.queue.next_expiry()) << "a running command is its worker's business";
  static_cast<void>(f.add("b", begin + 9s));
  static_cast<void>(f.add("c", begin + 3s));
  EXPECT_EQ(f.queue.next_expiry(), begin + 3s);
  f.queue.on_time(begin + 3s);
  EXPECT_EQ(f.expired(), "c");
  EXPECT_EQ(f.queue.next_expiry(), begin + 9s);
  EXPECT_EQ(f.queue.queued_count(), 1u);
}

TEST(CommandQueue, CancelsWhatWaitsAndNamesWhatRuns) {
  using what = command_queue::cancellation::what;
  queue_of f{1, 5};
  static_cast<void>(f.add("a"));
  static_cast<void>(f.add("b", begin + 7s));
  EXPECT_EQ(f.started(), "a");
  const auto queued = f.queue.on_cancel("b", f.now);
  EXPECT_EQ(queued.met, what::queued);
  EXPECT_EQ(queued.call.request_id, "b");
  EXPECT_EQ(queued.call.command, "list_pods");
  EXPECT_EQ(queued.call.deadline, begin + 7s) << "its answer is due by its own deadline";
  EXPECT_EQ(f.queue.on_cancel("b", f.now).met, what::unknown);
  EXPECT_EQ(f.queue.on_cancel("a", f.now).met, what::running);
  EXPECT_EQ(f.queue.on_cancel("a", f.now).serial, f.serials.at(0));
  EXPECT_EQ(f.queue.running("a"), f.serials.at(0));
  EXPECT_FALSE(f.queue.running("b"));
  f.queue.on_finished(f.serials.at(0), f.now);
  EXPECT_EQ(f.queue.on_cancel("a", f.now).met, what::unknown);
}

TEST(CommandQueue, TellsTwoRunsOfOneIdApart) {
  queue_of f{2, 0};
  static_cast<void>(f.add("a"));
  static_cast<void>(f.add("a"));
  EXPECT_EQ(f.started(), "a");
  EXPECT_EQ(f.started(), "a");
  EXPECT_NE(f.serials.at(0), f.serials.at(1));
  f.queue.on_finished(f.serials.at(0), f.now);
  EXPECT_EQ(f.queue.running("a"), f.serials.at(1));
}

TEST(CommandQueue, GivesUpItsQueueAtTheEndOfADrain) {
  queue_of f{1, 5};
  for (const char* id : {"a", "b", "c"}) static_cast<void>(f.add(id));
  const auto left = f.queue.take_queued();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].request_id, "b");
  EXPECT_EQ(f.queue.queued_count(), 0u);
  EXPECT_FALSE(f.queue.idle());
}

}  // namespace
}  // namespace kitfox::agent
