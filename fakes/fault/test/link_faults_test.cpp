#include "fakes/fault/test/path_script.hpp"

namespace kitfox::fault::test {
namespace {

constexpr link_properties wire_of(runtime::duration latency) { return {latency}; }

TEST(Wire, DeliversAfterItsLatencyAndDialsInARoundTrip) {
  path_script script{wire_of(40ms)};
  script.dial();
  EXPECT_EQ(script.dial_answer(), "proceed after 80ms");
  script.client("hello");
  script.until(100ms);
  script.server("welcome");
  script.end(side::client);
  script.until(1s);
  EXPECT_EQ(script.log(),
            (lines{"120ms 1 server \"hello\"", "140ms 1 server fin", "140ms 1 client \"welcome\""}));
}

TEST(Wire, WithoutLatencyNeedsNoTimer) {
  path_script script;
  script.dial();
  script.client("a");
  script.server("b");
  script.end(side::server);
  script.end(side::client);
  EXPECT_EQ(script.log(),
            (lines{"0 1 server \"a\"", "0 1 client \"b\"", "0 1 client fin", "0 1 server fin"}));
}

TEST(Wire, KeepsTheOrderOfChunksUnderJitter) {
  path_script script{{50ms, 50ms}};
  script.dial();
  std::string sent;
  for (char c = 'a'; c <= 'z'; ++c) {
    script.client(std::string(1, c));
    sent += c;
  }
  script.until(10s);
  EXPECT_EQ(script.received(side::server), sent);
}

TEST(Wire, SameSeedSameTimes) {
  const auto run = [](std::uint64_t seed) {
    path_script script{{50ms, 20ms}, seed};
    script.dial();
    for (int i = 0; i < 10; ++i) {
      script.client("x");
      script.until(1s * (i + 1));
    }
    return script.log();
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(Wire, CarriesAResetInOrderBehindTheBytes) {
  path_script script{wire_of(10ms)};
  script.dial();
  script.client("last words");
  script.end(side::client, end_kind::rst);
  script.until(1s);
  EXPECT_EQ(script.log(), (lines{"30ms 1 server \"last words\"", "30ms 1 server rst"}));
}

TEST(Wire, LimitsTheRateInSmallPieces) {
  path_script script{{0ms, 0ms, 1000}};
  script.dial();
  script.client(std::string(25, 'x'));
  EXPECT_EQ(script.held(side::client), 25U);
  script.until(10ms);
  EXPECT_EQ(script.held(side::client), 15U);
  script.until(1s);
  EXPECT_EQ(script.log(), (lines{"10ms 1 server \"xxxxxxxxxx\"", "20ms 1 server \"xxxxxxxxxx\"",
                                 "25ms 1 server \"xxxxx\""}));
}

TEST(Wire, FollowsNewPropertiesWithoutReordering) {
  path_script script{wire_of(100ms)};
  script.dial();
  script.client("slow");
  script.set_wire({});
  script.client("quick");
  script.until(1s);
  EXPECT_EQ(script.log(), (lines{"300ms 1 server \"slow\"", "300ms 1 server \"quick\""}));
}

TEST(Latency, AddsToTheWireAndKeepsWhatIsOnItsWay) {
  path_script script{wire_of(10ms)};
  script.dial();
  const fault_id slow = script.add("latency", R"({"delay": "100ms"})");
  script.client("one");
  script.until(60ms);
  script.heal(slow);
  script.client("two");
  script.until(1s);
  EXPECT_EQ(script.log(), (lines{"130ms 1 server \"one\"", "130ms 1 server \"two\""}));
  EXPECT_EQ(script.firings(), (lines{"latency 1 \"delays\" at byte 0, planned 30ms, fired 30ms"}));
}

TEST(Latency, DelaysTheDialBothWays) {
  path_script script;
  script.add("latency", R"({"delay": "100ms"})");
  script.dial();
  EXPECT_EQ(script.dial_answer(), "proceed after 200ms");
}

TEST(Latency, HasDistributionsWithinTheirBounds) {
  for (const std::string shape : {"uniform", "normal", "pareto"}) {
    path_script script;
    script.dial();
    script.add("latency", R"({"delay": "100ms", "jitter": "10ms", "distribution": ")" + shape + "\"}");
    for (int i = 0; i < 200; ++i) {
      const auto sent = 10s * i;
      script.until(sent);
      script.client("x");
      const runtime::duration most = shape == "uniform" ? 110ms : shape == "normal" ? 160ms : 1100ms;
      const runtime::duration least = shape == "uniform" ? 90ms : shape == "normal" ? 40ms : 100ms;
      script.until(sent + least - 1ns);
      EXPECT_TRUE(script.log().empty()) << shape;
      script.until(sent + most);
      EXPECT_EQ(script.log().size(), 1U) << shape;
    }
  }
}

TEST(Rate, SlowsEachDirectionAloneAndReleasesWhenHealed) {
  path_script script;
  script.dial();
  const fault_id slow = script.add("rate", R"({"bytes_per_second": "100/s"})");
  script.client("abc");
  script.server("d");
  script.until(20ms);
  script.heal(slow);
  EXPECT_EQ(script.log(), (lines{"10ms 1 server \"a\"", "10ms 1 client \"d\"", "20ms 1 server \"b\"",
                                 "20ms 1 server \"c\""}));
}

TEST(Loss, DelaysButNeverRemovesAByteOfTheStream) {
  path_script script;
  script.dial();
  script.add("loss", R"({"chance": 0.5})");
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    const std::string bytes = std::to_string(i) + ",";
    script.client(bytes);
    sent += bytes;
  }
  script.end(side::client);
  script.until(24h);
  EXPECT_EQ(script.received(side::server), sent);
  EXPECT_GT(script.firings().size(), 50U);
}

TEST(Partition, HoldsBothWaysAndReleasesInOrderWhenHealed) {
  path_script script;
  script.dial();
  const fault_id cut = script.add("partition");
  script.client("a");
  script.server("b");
  script.client("c");
  script.end(side::client);
  script.until(24h);
  EXPECT_TRUE(script.log().empty());
  EXPECT_EQ(script.held(side::client), 2U);
  script.heal(cut);
  EXPECT_EQ(script.log(), (lines{"86400s 1 server \"a\"", "86400s 1 server \"c\"", "86400s 1 server fin",
                                 "86400s 1 client \"b\""}));
}

TEST(Partition, OneWayLetsTheOtherDirectionPassButNoDial) {
  path_script script;
  script.dial();
  script.add("partition", R"({"direction": "upstream"})");
  script.client("lost for now");
  script.server("still here");
  EXPECT_EQ(script.log(), (lines{"0 1 client \"still here\""}));
  script.dial();
  EXPECT_EQ(script.dial_answer(), "hang after 0");
}

TEST(BlockNew, KeepsEstablishedConnectionsAndTurnsDialsAway) {
  path_script script;
  script.dial();
  const fault_id wall = script.add("block_new", R"({"answer": "refuse"})");
  script.client("a");
  script.server("b");
  EXPECT_EQ(script.log(), (lines{"0 1 server \"a\"", "0 1 client \"b\""}));
  script.dial();
  EXPECT_EQ(script.dial_answer(), "refuse after 0");
  EXPECT_EQ(script.firings(), (lines{"block_new 2 \"refuse\" at byte 0, planned 0, fired 0"}));
  script.heal(wall);
  script.dial();
  EXPECT_EQ(script.dial_answer(), "proceed after 0");
}

TEST(CutEstablished, CutsEachEstablishedConnectionAndLetsNewOnesLive) {
  for (const std::string how : {"fin", "rst"}) {
    path_script script;
    script.dial();
    script.dial();
    script.until(30s);
    script.add("cut_established", R"({"how": ")" + how + "\"}");
    EXPECT_EQ(script.log(), (lines{"30s 1 client " + how, "30s 1 server " + how, "30s 2 client " + how,
                                   "30s 2 server " + how}))
        << how;
    const int fresh = script.dial();
    script.client("hi", fresh);
    EXPECT_EQ(script.log(), (lines{"30s 3 server \"hi\""}));
    EXPECT_EQ(script.firings().size(), 2U);
  }
}

TEST(CutEstablished, SilentlyTellsNobody) {
  path_script script;
  script.dial();
  script.add("cut_established", R"({"how": "silent"})");
  script.client("anyone?");
  script.end(side::client);
  EXPECT_TRUE(script.log().empty());
}

TEST(Hold, ReleasesEverythingAsOneBurst) {
  path_script script;
  script.dial();
  script.add("hold", R"({"lasts": "5s", "direction": "downstream"})");
  for (const char* event : {"a", "b", "c"}) script.server(event);
  script.client("up");
  script.until(6s);
  script.server("later");
  EXPECT_EQ(script.log(), (lines{"0 1 server \"up\"", "5s 1 client \"a\"", "5s 1 client \"b\"",
                                 "5s 1 client \"c\"", "6s 1 client \"later\""}));
}

TEST(Hold, CountsAsHeldSoThatTheSenderStops) {
  path_script script;
  script.dial();
  script.add("hold");
  script.client(std::string(1000, 'x'));
  EXPECT_EQ(script.held(side::client), 1000U);
  EXPECT_EQ(script.held(side::server), 0U);
}

TEST(Clog, LetsEachConnectionGoAfterItsOwnTime) {
  path_script script;
  script.dial();
  script.dial();
  script.add("clog", R"({"least": "1s", "most": "9s"})");
  script.client("a", 1);
  script.client("b", 2);
  script.until(999ms);
  EXPECT_TRUE(script.log().empty());
  script.until(9s);
  const lines log = script.log();
  ASSERT_EQ(log.size(), 2U);
  EXPECT_NE(log[0].substr(0, log[0].find(' ')), log[1].substr(0, log[1].find(' ')));
}

TEST(Swizzle, StopsAndReleasesEveryConnection) {
  path_script script;
  for (int i = 0; i < 5; ++i) script.dial();
  script.add("swizzle", R"({"over": "10s"})");
  script.until(10s);
  EXPECT_EQ(script.firings().size(), 5U);
  for (int i = 1; i <= 5; ++i) script.client("x", i);
  script.until(20s);
  EXPECT_EQ(script.log().size(), 5U);
}

}  // namespace
}  // namespace kitfox::fault::test
