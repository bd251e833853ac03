#include "fakes/kube/container_fsm.hpp"

#include <gtest/gtest.h>

namespace kitfox::kube {
namespace {

using namespace std::chrono_literals;
using wanted_step = container_action::kinds;
using shown_shape = container_report::shapes;

constexpr auto readiness = static_cast<std::size_t>(probe_kind::readiness);
constexpr auto liveness = static_cast<std::size_t>(probe_kind::liveness);
constexpr auto startup = static_cast<std::size_t>(probe_kind::startup);

/// A container whose time moves by hand.
struct led_container {
  explicit led_container(container_plan plan = {}) : fsm{plan, now.mono} {}
  wanted_step next() { return fsm.next(now.mono).kind; }
  void sleep(runtime::duration span) {
    now.mono += span;
    now.wall += span;
  }
  void start() {
    ASSERT_EQ(next(), wanted_step::start);
    fsm.on_started(now);
  }
  /// Time from an end to the next start, exactly.
  runtime::duration time_to_start() {
    const runtime::duration wait = fsm.deadline() - now.mono;
    EXPECT_EQ(fsm.next(fsm.deadline() - 1ns).kind, wanted_step::none);
    sleep(wait);
    start();
    return wait;
  }
  instant now{runtime::mono_time{1h}, runtime::wall_time{}};
  container_fsm fsm;
};

TEST(ContainerFsm, StartsAtOnceAndIsReadyWithoutProbes) {
  led_container one;
  EXPECT_EQ(one.fsm.report().reason, "ContainerCreating");
  one.start();
  EXPECT_EQ(one.fsm.report().shape, shown_shape::running);
  EXPECT_TRUE(one.fsm.report().ready);
  EXPECT_EQ(one.fsm.deadline(), runtime::mono_time::max());
}

TEST(ContainerFsm, BacksOffAsTheKubeletDoes) {
  led_container one;
  one.start();
  std::vector<runtime::duration> waits;
  for (int i = 0; i < 9; ++i) {
    one.fsm.on_ended(3, one.now);
    waits.push_back(one.time_to_start());
  }
  EXPECT_EQ(waits, (std::vector<runtime::duration>{1s, 10s, 20s, 40s, 80s, 160s, 300s, 300s, 300s}));
  EXPECT_EQ(one.fsm.report().restarts, 9);
}

TEST(ContainerFsm, TellsWhyItWaitsAndHowItEndedLast) {
  led_container one;
  one.start();
  one.fsm.on_ended(3, one.now);
  EXPECT_EQ(one.fsm.report().shape, shown_shape::terminated);
  EXPECT_EQ(one.fsm.report().end->exit_code, 3);
  EXPECT_EQ(one.fsm.report().end->reason, "Error");
  one.time_to_start();
  EXPECT_EQ(one.fsm.report().last->exit_code, 3);
  one.fsm.on_ended(0, one.now);
  EXPECT_EQ(one.fsm.report().shape, shown_shape::waiting);
  EXPECT_EQ(one.fsm.report().reason, "CrashLoopBackOff");
  EXPECT_EQ(one.fsm.report().last->reason, "Completed");
  EXPECT_EQ(one.fsm.backoff(), 10s);
}

TEST(ContainerFsm, ForgetsTheBackOffAfterTenMinutesWithoutAnEnd) {
  led_container one;
  one.start();
  for (int i = 0; i < 4; ++i) {
    one.fsm.on_ended(1, one.now);
    one.time_to_start();
  }
  one.sleep(10min);
  one.fsm.on_ended(1, one.now);
  EXPECT_EQ(one.time_to_start(), 80s);
  one.sleep(10min + 1ns);
  one.fsm.on_ended(1, one.now);
  EXPECT_EQ(one.time_to_start(), 1s);
  one.fsm.on_ended(1, one.now);
  EXPECT_EQ(one.time_to_start(), 10s);
}

TEST(ContainerFsm, IsNotStartedAgainWhereThePolicySaysSo) {
  for (const auto& [policy, code, again] :
       {std::tuple{restart_policy::never, 1, false}, std::tuple{restart_policy::on_failure, 0, false},
        std::tuple{restart_policy::on_failure, 1, true}, std::tuple{restart_policy::always, 0, true}}) {
    container_plan plan;
    plan.policy = policy;
    led_container one{plan};
    one.start();
    one.fsm.on_ended(code, one.now);
    EXPECT_EQ(one.fsm.finished(), !again);
  }
}

TEST(ContainerFsm, AProgramThatCannotBeStartedCountsAsOneThatEnded) {
  led_container one;
  EXPECT_EQ(one.next(), wanted_step::start);
  one.fsm.on_start_failed("no such file", one.now);
  EXPECT_EQ(one.fsm.report().end->exit_code, 128);
  EXPECT_EQ(one.fsm.report().end->reason, "StartError");
  EXPECT_EQ(one.time_to_start(), 1s);
}

TEST(ContainerFsm, ARefusedStartIsTriedAgainAndIsNoRestart) {
  led_container one;
  EXPECT_EQ(one.next(), wanted_step::start);
  one.fsm.on_start_refused("ImagePullBackOff", "why", one.now);
  EXPECT_EQ(one.fsm.report().reason, "ImagePullBackOff");
  EXPECT_EQ(one.time_to_start(), 10s);
  EXPECT_EQ(one.fsm.report().restarts, 0);
}

TEST(ContainerFsm, IsReadyAfterAProbeAndNotAfterAsManyFailures) {
  container_plan plan;
  plan.probes[readiness] = probe_settings{1s, 5s, 1, 3};
  led_container one{plan};
  one.start();
  EXPECT_FALSE(one.fsm.report().ready);
  EXPECT_EQ(one.fsm.deadline(), one.now.mono + 1s);
  one.sleep(1s);
  EXPECT_EQ(one.next(), wanted_step::probe);
  EXPECT_EQ(one.next(), wanted_step::none) << "one question at a time";
  one.fsm.on_probed(probe_kind::readiness, true, one.now.mono);
  EXPECT_TRUE(one.fsm.report().ready);
  for (int failures = 1; failures <= 3; ++failures) {
    EXPECT_TRUE(one.fsm.report().ready);
    EXPECT_EQ(one.fsm.deadline(), one.now.mono + 5s);
    one.sleep(5s);
    EXPECT_EQ(one.next(), wanted_step::probe);
    one.fsm.on_probed(probe_kind::readiness, false, one.now.mono);
  }
  EXPECT_FALSE(one.fsm.report().ready);
  EXPECT_EQ(one.fsm.report().shape, shown_shape::running);
}

TEST(ContainerFsm, ADeadContainerIsEndedWithGraceAndStartedAgain) {
  container_plan plan;
  plan.probes[liveness] = probe_settings{0s, 10s, 1, 1};
  plan.grace = 7s;
  led_container one{plan};
  one.start();
  EXPECT_EQ(one.next(), wanted_step::probe);
  one.fsm.on_probed(probe_kind::liveness, false, one.now.mono);
  EXPECT_EQ(one.next(), wanted_step::terminate);
  EXPECT_EQ(one.next(), wanted_step::none);
  EXPECT_EQ(one.fsm.deadline(), one.now.mono + 7s);
  one.sleep(7s);
  EXPECT_EQ(one.next(), wanted_step::kill);
  EXPECT_EQ(one.fsm.deadline(), runtime::mono_time::max());
  one.fsm.on_ended(137, one.now);
  EXPECT_EQ(one.time_to_start(), 1s);
  EXPECT_EQ(one.next(), wanted_step::probe);
}

TEST(ContainerFsm, OtherProbesWaitForTheStartup) {
  container_plan plan;
  plan.probes[startup] = probe_settings{0s, 1s, 1, 2};
  plan.probes[readiness] = probe_settings{0s, 1s, 1, 1};
  led_container one{plan};
  one.start();
  const container_action first = one.fsm.next(one.now.mono);
  EXPECT_EQ(first.probe, probe_kind::startup);
  EXPECT_EQ(one.next(), wanted_step::none);
  one.fsm.on_probed(probe_kind::startup, true, one.now.mono);
  EXPECT_TRUE(one.fsm.report().started);
  EXPECT_FALSE(one.fsm.report().ready);
  EXPECT_EQ(one.fsm.next(one.now.mono).probe, probe_kind::readiness);
}

TEST(ContainerFsm, IsAskedToEndThenKilledWhenItsPodGoes) {
  led_container one;
  one.start();
  one.fsm.on_stop(30s, one.now.mono);
  EXPECT_EQ(one.next(), wanted_step::terminate);
  one.sleep(1s);
  one.fsm.on_stop(2s, one.now.mono);  // deleted again, with less grace
  EXPECT_EQ(one.next(), wanted_step::none);
  one.sleep(2s);
  EXPECT_EQ(one.next(), wanted_step::kill);
  one.fsm.on_ended(137, one.now);
  EXPECT_TRUE(one.fsm.finished());
  EXPECT_EQ(one.next(), wanted_step::none);
}

TEST(ContainerFsm, EndsWhileItWaitsToBeStartedAgain) {
  led_container one;
  one.start();
  one.fsm.on_ended(1, one.now);
  one.fsm.on_stop(30s, one.now.mono);
  EXPECT_TRUE(one.fsm.finished());
  led_container starting;
  EXPECT_EQ(starting.next(), wanted_step::start);
  starting.fsm.on_stop(30s, starting.now.mono);
  EXPECT_FALSE(starting.fsm.finished());
  starting.fsm.on_started(starting.now);
  EXPECT_EQ(starting.next(), wanted_step::terminate);
}

}  // namespace
}  // namespace kitfox::kube
