// REC-*, REV-7: each check on a good transcript, a bad one, and one that shows nothing.
#include <gtest/gtest.h>

#include <cmath>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

tape with_agent() {
  tape out;
  out.starts(0, "gateway", "gateway").starts(0, "prod/0", "agent", "prod");
  out.issues_key(0, "k", "prod", "acme/payments");
  return out;
}

/// Dials that are refused, each after one of `waits`.
tape with_waits(const std::vector<double>& waits) {
  tape out = with_agent();
  double t = 1;
  std::uint64_t conn = 1;
  out.dials(t, conn, "prod/0->gateway", "refuse");
  for (const double wait : waits) out.dials(t += wait, ++conn, "prod/0->gateway", "refuse");
  return out;
}

TEST(BackoffEnvelope, HoldsEachWaitAgainstItsPlaceInTheRow) {
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", with_waits({0.9, 1.9, 3.9, 7.9}).until(100)),
            opinion::fine);
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", with_waits({0.9, 2.1}).until(100)), opinion::broken);
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", with_agent().until(100)), opinion::nothing_to_see);
}

TEST(BackoffEnvelope, FindsWaitsThatAreNotSpread) {
  std::vector<double> same, spread;
  for (int i = 0; i < 40; ++i) {
    const double envelope = std::min(60.0, std::pow(2.0, i));
    same.push_back(envelope);
    spread.push_back(envelope * (i % 10 + 0.5) / 10);
  }
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", with_waits(spread).until(9999)), opinion::fine);
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", with_waits(same).until(9999)), opinion::broken);
}

TEST(BackoffEnvelope, StartsAnewAfterAHealthyStreamAndOnlyThen) {
  for (const auto& [healthy, wait, expected] :
       {std::tuple{40.0, 4.0, opinion::fine}, std::tuple{40.0, 7.0, opinion::broken}}) {
    tape run = with_waits({0.5, 1.5, 3, 6});
    run.connects(20, 90, "prod/0", "k").heartbeats(21, 20 + healthy, 90, 15).cut(20 + healthy, 90);
    run.dials(20 + healthy + wait, 91, "prod/0->gateway", "refuse");
    EXPECT_EQ(opinion_of("backoff-envelope", "REC-3", run.until(200)), expected) << wait;
  }
}

TEST(BackoffEnvelope, DoesNotTakeADialThatNobodyCouldSeeForAWait) {
  tape run{"sockets"};
  run.starts(0, "prod/0", "agent", "prod").issues_key(0, "k", "prod", "acme/payments");
  run.connects(1, 1, "prod/0", "k").heartbeats(2, 3, 1, 1).cut(3, 1);
  run.plans_fault(3, "refuse#2", "prod/*->gateway").heals_fault(33, "refuse#2");
  run.dials(40, 2, "prod/0->gateway", "refuse");
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", run.until(50)), opinion::nothing_to_see);
  EXPECT_EQ(opinion_of("keeps-trying", "REC-4", run.until(50)), opinion::fine);
  run.dials(140, 3, "prod/0->gateway", "refuse");
  EXPECT_EQ(opinion_of("keeps-trying", "REC-4", run.until(150)), opinion::broken);
}

TEST(BackoffEnvelope, IsUnclearWhereTheHarnessWasLateItself) {
  tape run{"sockets"};
  run.starts(0, "prod/0", "agent", "prod");
  run.dials(1, 1, "prod/0->gateway", "refuse").dials(3, 2, "prod/0->gateway", "refuse");
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", run.until(5)), opinion::broken);
  run.late(2, 1.5);
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", run.until(5)), opinion::unclear);
}

TEST(NoHotPath, LooksAtEachKindOfEndByItself) {
  EXPECT_EQ(opinion_of("no-hot-path", "REC-2", with_waits({.5, .5, .5, .5, .5, .5, .5}).until(100)),
            opinion::fine);
  EXPECT_EQ(opinion_of("no-hot-path", "REC-2", with_waits({.05, .05, .05, .05, 5, 5, 5}).until(100)),
            opinion::broken);
  EXPECT_EQ(opinion_of("no-hot-path", "REC-2", with_waits({.05, .05, .05, .05, .05, .05}).until(100)),
            opinion::nothing_to_see);
}

TEST(NoHotPath, LeavesAnAgentThatBeginsSoonerItsShortWaits) {
  for (const auto& [wait, expected] : {std::pair{.03, opinion::fine}, std::pair{.01, opinion::broken}}) {
    tape run = with_waits({wait, wait, wait, wait, wait, wait, wait});
    run.facts()["backoff"] = {{"initial", 0.2}};
    EXPECT_EQ(opinion_of("no-hot-path", "REC-2", run.until(100)), expected) << wait;
  }
}

TEST(KeepsTrying, WantsAnotherAttemptWithinAMinute) {
  EXPECT_EQ(opinion_of("keeps-trying", "REC-4", with_waits({59}).until(100)), opinion::fine);
  EXPECT_EQ(opinion_of("keeps-trying", "REC-4", with_waits({61}).until(100)), opinion::broken);
  EXPECT_EQ(opinion_of("keeps-trying", "REC-5", with_waits({1}).until(200)), opinion::broken);
  EXPECT_EQ(opinion_of("keeps-trying", "REC-5", with_agent().until(200)), opinion::nothing_to_see);
}

TEST(RefusedKey, IsNotPresentedAgainSoon) {
  const auto refusals = [](std::initializer_list<double> times) {
    tape out = with_agent();
    std::uint64_t conn = 1;
    for (const double t : times) out.refused(t, conn++, "prod/0", "k", 401);
    return out;
  };
  EXPECT_EQ(opinion_of("refused-key", "REC-6", refusals({1, 50, 100, 150}).until(200)), opinion::fine);
  EXPECT_EQ(opinion_of("refused-key", "REC-6", refusals({1, 5, 9, 13}).until(200)), opinion::broken);
  EXPECT_EQ(opinion_of("refused-key", "REC-6", with_agent().until(200)), opinion::nothing_to_see);
}

TEST(Waits, OfWhoCouldNotActAreNotJudged) {
  tape asleep = with_agent(), awake = with_agent();
  asleep.connects(1, 1, "prod/0", "k").signals(20, "prod/0", "pause").ends_by(30, 1, wire_end::server);
  asleep.signals(620, "prod/0", "resume").connects(621, 2, "prod/0", "k");
  awake.connects(1, 1, "prod/0", "k").signals(20, "prod/0", "pause").signals(30, "prod/0", "resume");
  awake.ends_by(620, 1, wire_end::server).connects(650, 2, "prod/0", "k");
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-3", asleep.until(700)), opinion::nothing_to_see);
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-3", awake.until(700)), opinion::broken);
}

TEST(RefusedKey, EndsTheProcessWithAFailureIfAtAll) {
  tape run = with_agent();
  run.refused(1, 1, "prod/0", "k", 401);
  tape well = run, badly = run, killed = run;
  killed.signals(2, "prod/0", "kill").exits(2, "prod/0", 0);
  EXPECT_EQ(opinion_of("refused-key", "REC-6", killed.until(9)), opinion::nothing_to_see);
  EXPECT_EQ(opinion_of("refused-key", "REC-6", well.exits(2, "prod/0", 3).until(9)), opinion::fine);
  EXPECT_EQ(opinion_of("refused-key", "REC-6", badly.exits(2, "prod/0", 0).until(9)), opinion::broken);
}

TEST(RefusedKey, IsJudgedOnlyByAWatchThatCouldShowHaste) {
  const auto watched = [](double gap, double end) {
    tape out = with_agent();
    std::uint64_t conn = 1;
    for (double t = 1; t < end; t += gap) out.refused(t, conn++, "prod/0", "k", 401);
    return opinion_of("refused-key", "REC-6", out.until(end));
  };
  EXPECT_EQ(watched(100, 4), opinion::nothing_to_see) << "three seconds would not show a dial every two";
  EXPECT_EQ(watched(100, 32), opinion::fine);
  EXPECT_EQ(watched(2, 4), opinion::nothing_to_see);
  EXPECT_EQ(watched(2, 32), opinion::broken);
  EXPECT_EQ(watched(2, 9), opinion::broken) << "what is seen counts, however short the watch";
}

TEST(RefusedKey, GoesToTheSlowLaneAfterASession) {
  const auto again_after = [](double wait) {
    tape out = with_agent();
    out.connects(1, 1, "prod/0", "k").ends_by(5, 1, wire_end::server);
    return out.refused(6, 2, "prod/0", "k", 401).refused(6 + wait, 3, "prod/0", "k", 401).until(200);
  };
  EXPECT_EQ(opinion_of("refused-key", "REV-7", again_after(31)), opinion::fine);
  EXPECT_EQ(opinion_of("refused-key", "REV-7", again_after(20)), opinion::broken);
  EXPECT_EQ(opinion_of("refused-key", "REV-7", with_agent().refused(6, 2, "prod/0", "k", 401).until(9)),
            opinion::nothing_to_see)
      << "it never had a session";
  const auto rests_until = [](double end) {
    tape out = with_agent();
    out.connects(1, 1, "prod/0", "k").ends_by(5, 1, wire_end::server).refused(6, 2, "prod/0", "k", 401);
    return out.until(end);
  };
  EXPECT_EQ(opinion_of("refused-key", "REV-7", rests_until(12)), opinion::fine);
  EXPECT_EQ(opinion_of("refused-key", "REV-7", rests_until(8)), opinion::nothing_to_see)
      << "too soon to tell";
}

TEST(GatewayFloor, IsALeast) {
  const auto back_after = [](double wait) {
    tape out = with_agent();
    out.refused(1, 1, "prod/0", "k", 503, {{"retry-after", "20"}});
    return out.dials(1 + wait, 2, "prod/0->gateway", "refuse").until(100);
  };
  EXPECT_EQ(opinion_of("gateway-floor", "REC-7", back_after(20.5)), opinion::fine);
  EXPECT_EQ(opinion_of("gateway-floor", "REC-7", back_after(19)), opinion::broken);
  EXPECT_EQ(opinion_of("gateway-floor", "REC-7", with_waits({1}).until(9)), opinion::nothing_to_see);
}

TEST(FirstRetrySpread, WantsAFleetToComeBackApart) {
  const auto fleet = [](double width, int stragglers = 0) {
    tape out;
    out.issues_key(0, "k", "prod", "acme/payments");
    for (int i = 0; i < 25; ++i) {
      const std::string node = "prod/" + std::to_string(i);
      const auto conn = static_cast<std::uint64_t>(10 * i);
      out.starts(0, node, "agent", "prod").connects(1, conn + 1, node, "k", node);
      out.heartbeats(2, 50, conn + 1, 15).cut(50, conn + 1);
      out.dials(50 + (i < stragglers ? 5 : width * i / 25), conn + 2, node + "->gateway", "refuse");
    }
    return out.until(100);
  };
  EXPECT_EQ(opinion_of("first-retry-spread", "REC-8", fleet(5)), opinion::fine);
  EXPECT_EQ(opinion_of("first-retry-spread", "REC-8", fleet(1)), opinion::broken);
  EXPECT_EQ(opinion_of("first-retry-spread", "REC-8", fleet(1, 1)), opinion::broken) << "one straggler";
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-8", fleet(5)), opinion::fine);
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-8", fleet(1)), opinion::broken);
  EXPECT_EQ(opinion_of("first-retry-spread", "REC-8", with_waits({1}).until(9)), opinion::nothing_to_see);
}

TEST(SingleStream, AllowsOneStreamAndOneDialAtATime) {
  tape one_by_one = with_agent(), two = with_agent(), dials = with_agent();
  one_by_one.connects(1, 1, "prod/0", "k").cut(5, 1).connects(7, 2, "prod/0", "k");
  EXPECT_EQ(opinion_of("single-stream", "REC-9", one_by_one.until(10)), opinion::fine);
  two.connects(1, 1, "prod/0", "k").connects(3, 2, "prod/0", "k");
  EXPECT_EQ(opinion_of("single-stream", "REC-9", two.until(10)), opinion::broken);
  dials.dials_in_vain(1, 1, "prod/0->gateway").dials(2, 2, "prod/0->gateway", "refuse");
  EXPECT_EQ(opinion_of("single-stream", "REC-9", dials.until(10)), opinion::broken);
  EXPECT_EQ(opinion_of("single-stream", "REC-9", with_agent().until(10)), opinion::nothing_to_see);
}

TEST(ConnectLimits, BoundDialAndHead) {
  const auto gives_up = [](double after) {
    tape out = with_agent();
    out.dials_in_vain(1, 1, "prod/0->gateway").ends_by(1 + after, 1, wire_end::client);
    return out.until(100);
  };
  EXPECT_EQ(opinion_of("connect-limits", "REC-10", gives_up(10)), opinion::fine);
  EXPECT_EQ(opinion_of("connect-limits", "REC-10", gives_up(11)), opinion::broken);
  tape no_head = with_agent();
  no_head.dials(1, 1, "prod/0->gateway").asks(1, 1, 1, "GET", "/agent/connect", "k");
  EXPECT_EQ(opinion_of("connect-limits", "REC-10", no_head.until(100)), opinion::broken);
  EXPECT_EQ(opinion_of("connect-limits", "REC-10", with_waits({1}).until(9)), opinion::nothing_to_see);
}

/// An agent whose HTTP client keeps its connection after a refusal, and asks again over it after `wait`.
tape with_kept_connection(double wait) {
  tape run = with_agent();
  run.dials(1, 1, "prod/0->gateway").turned_away(1, 1, 1, "/agent/connect", "k", 503);
  run.connects_again(1 + wait, 1, 2, "k").heartbeats(2 + wait, 20, 1, 5);
  return run;
}

TEST(KeptConnections, CarryOneAttemptAfterTheOther) {
  const auto patient = with_kept_connection(0.8).until(20);
  EXPECT_EQ(opinion_of("single-stream", "REC-9", patient), opinion::fine);
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", patient), opinion::fine);
  EXPECT_EQ(opinion_of("keeps-trying", "REC-5", patient), opinion::fine);
  EXPECT_EQ(opinion_of("first-byte", "CON-5", patient), opinion::fine);
  EXPECT_EQ(opinion_of("backoff-envelope", "REC-1", with_kept_connection(1.5).until(20)), opinion::broken);
}

TEST(KeptConnections, MayHaveServedAnswersBefore) {
  for (const auto& [wait, expected] : {std::pair{3.0, opinion::fine}, std::pair{7.0, opinion::broken}}) {
    tape run = with_agent();
    run.connects(1, 1, "prod/0", "k").dials(2, 2, "prod/0->gateway");
    run.asks(2, 2, 1, "POST", "/agent/heartbeat", "k").answers(2, 2, 1, 200);
    run.heartbeats(3, 43, 1, 15).cut(43, 1).connects_again(43 + wait, 2, 2, "k");
    EXPECT_EQ(opinion_of("backoff-envelope", "REC-3", run.until(60)), expected) << wait;
    EXPECT_EQ(opinion_of("single-stream", "REC-9", run.until(60)), opinion::fine);
  }
}

TEST(KeptConnections, CarryOneStreamAtATimeEvenSo) {
  tape run = with_agent();
  run.connects(1, 1, "prod/0", "k").dials(2, 2, "prod/0->gateway");
  run.asks(2, 2, 1, "POST", "/agent/heartbeat", "k").answers(2, 2, 1, 200).connects_again(3, 2, 2, "k");
  EXPECT_EQ(opinion_of("single-stream", "REC-9", run.until(30)), opinion::broken);
}

}  // namespace
}  // namespace kitfox::conformance
