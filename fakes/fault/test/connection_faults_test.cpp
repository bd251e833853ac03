#include "fakes/fault/test/path_script.hpp"

namespace kitfox::fault::test {
namespace {

TEST(Rst, FiresOnAnIdleLiveConnectionAtThePlannedInstant) {
  path_script script{{40ms}};
  script.dial();
  script.until(30s);
  script.add("rst", R"({"after": "1500ms"})");
  script.until(60s);
  EXPECT_EQ(script.log(), (lines{"31500ms 1 client rst", "31500ms 1 server rst"}));
  EXPECT_EQ(script.firings(), (lines{"rst 1 \"rst\" at byte 0, planned 31500ms, fired 31500ms"}));
}

TEST(Rst, OvertakesAndDropsWhatIsOnItsWay) {
  path_script script{{40ms}};
  script.dial();
  script.client("never seen");
  script.add("rst");
  script.until(60s);
  EXPECT_EQ(script.log(), (lines{"80ms 1 client rst", "80ms 1 server rst"}));
  EXPECT_EQ(script.held(side::client), 0U);
}

TEST(Rst, LeavesConnectionsThatCameLaterAlone) {
  path_script script;
  script.add("rst");
  script.dial();
  script.until(1h);
  EXPECT_TRUE(script.log().empty());
  EXPECT_EQ(script.on().never_fired(), (lines{"rst"}));
}

TEST(Rst, TowardOneEndIsAnsweredWithRstWhenTheOtherSendsOn) {
  path_script script;
  script.dial();
  script.add("rst", R"({"toward": "client"})");
  EXPECT_EQ(script.log(), (lines{"0 1 client rst"}));
  script.until(1s);
  script.server("hello?");
  EXPECT_EQ(script.log(), (lines{"1s 1 server rst"}));
}

TEST(Fin, EndsBothDirectionsBehindTheBytesOnTheirWay) {
  path_script script{{10ms}};
  script.dial();
  script.server("last");
  script.add("fin");
  script.until(1s);
  EXPECT_EQ(script.log(), (lines{"20ms 1 server fin", "30ms 1 client \"last\"", "30ms 1 client fin"}));
}

TEST(Fin, AnswersBytesThatComeAfterwardsWithRst) {
  path_script script;
  script.dial();
  script.add("fin");
  EXPECT_EQ(script.log().size(), 2U);
  script.client("too late");
  EXPECT_EQ(script.log(), (lines{"0 1 client rst"}));
}

TEST(HalfClose, EndsOneDirectionAndLetsTheOtherGoOn) {
  path_script script;
  script.dial();
  script.add("half_close", R"({"toward": "client"})");
  script.client("still");
  script.server("gone");
  script.end(side::client);
  EXPECT_EQ(script.log(), (lines{"0 1 client fin", "0 1 server \"still\"", "0 1 server fin"}));
}

TEST(HalfClose, TowardTheServerAtItsTime) {
  path_script script;
  script.dial();
  script.add("half_close", R"({"toward": "server", "after": "5s"})");
  script.until(10s);
  script.server("answer");
  EXPECT_EQ(script.log(), (lines{"5s 1 server fin", "10s 1 client \"answer\""}));
}

TEST(Blackhole, SwallowsEverythingAndSurvivesHealing) {
  path_script script;
  script.dial();
  const fault_id hole = script.add("blackhole");
  script.client("a");
  script.server("bc");
  script.heal(hole);
  script.client("d");
  script.end(side::client, end_kind::rst);
  script.until(24h);
  EXPECT_TRUE(script.log().empty());
  EXPECT_EQ(script.held(side::client), 2U);
  EXPECT_EQ(script.held(side::server), 2U);
  const int fresh = script.dial();
  script.client("e", fresh);
  EXPECT_EQ(script.log().size(), 1U);
}

TEST(Dials, AreRefusedHungResetOrUnreachableEachOnItsOwn) {
  const std::map<std::string, std::string> expected{{"refuse", "refuse after 80ms"},
                                                    {"syn_drop", "hang after 80ms"},
                                                    {"reset_after_accept", "reset_after_accept after 80ms"},
                                                    {"unreachable", "unreachable after 80ms"}};
  for (const auto& [kind, answer] : expected) {
    path_script script{{40ms}};
    script.dial();
    const fault_id added = script.add(kind);
    script.dial();
    EXPECT_EQ(script.dial_answer(), answer);
    EXPECT_EQ(script.on().refuses_every_dial(), kind == "refuse");
    script.client("established ones go on", 1);
    script.until(1s);
    EXPECT_EQ(script.log().size(), 1U) << kind;
    script.heal(added);
    script.dial();
    EXPECT_EQ(script.dial_answer(), "proceed after 80ms");
  }
}

TEST(Slice, CutsBytesIntoPiecesWithAPauseBetweenThem) {
  path_script script;
  script.dial();
  script.add("slice", R"({"size": 2, "delay": "10ms"})");
  script.client("abcde");
  script.until(1s);
  EXPECT_EQ(script.log(), (lines{"0 1 server \"ab\"", "10ms 1 server \"cd\"", "20ms 1 server \"e\""}));
}

TEST(Slice, VariesTheSizeWithinItsBounds) {
  path_script script;
  script.dial();
  script.add("slice", R"({"size": 4, "variation": 3})");
  script.client(std::string(1000, 'x'));
  std::size_t sum = 0;
  for (const std::string& line : script.log()) {
    const std::size_t size = line.size() - std::string{"0 1 server \"\""}.size();
    EXPECT_GE(size, 1U);
    EXPECT_LE(size, 7U);
    sum += size;
  }
  EXPECT_EQ(sum, 1000U);
}

TEST(LimitBytes, CutsAfterExactlySoManyBytesWhereverTheChunksEnd) {
  for (std::size_t first = 0; first <= 6; ++first) {
    path_script script;
    script.dial();
    script.add("limit_bytes", R"({"bytes": 5, "direction": "downstream", "how": "rst"})");
    const std::string bytes = "0123456789";
    if (first > 0) script.server(bytes.substr(0, first));
    script.server(bytes.substr(first));
    EXPECT_EQ(script.received(side::client), "01234");
    EXPECT_EQ(script.log().back(), "0 1 server rst");
    EXPECT_EQ(script.firings(), (lines{"limit_bytes 1 \"rst\" at byte 5, planned 0, fired 0"}));
  }
}

TEST(Mute, ATimeoutIsNotRestartedByChunks) {
  path_script script;
  script.dial();
  script.add("mute", R"({"after": "5s"})");
  for (int i = 0; i < 50; ++i) {
    script.until(100ms * i);
    script.client("chatter");
  }
  script.until(10s);
  EXPECT_EQ(script.log(), (lines{"5s 1 client fin", "5s 1 server fin"}));
}

TEST(Mute, EndsTheConnectionWhenHealedSinceBytesAreMissing) {
  path_script script;
  script.dial();
  const fault_id quiet = script.add("mute");
  script.client("lost");
  script.until(1h);
  EXPECT_TRUE(script.log().empty());
  script.heal(quiet);
  EXPECT_EQ(script.log(), (lines{"3600s 1 client fin", "3600s 1 server fin"}));
}

TEST(SlowClose, DelaysOnlyTheEnd) {
  path_script script;
  script.dial();
  script.add("slow_close", R"({"delay": "3s"})");
  script.server("bye");
  script.end(side::server);
  script.until(10s);
  EXPECT_EQ(script.log(), (lines{"0 1 client \"bye\"", "3s 1 client fin"}));
}

TEST(Corrupt, FlipsOneBitAndSaysWhich) {
  path_script script;
  script.dial();
  script.add("corrupt");
  script.client("abc");
  const std::string got = script.received(side::server);
  ASSERT_EQ(got.size(), 3U);
  int flipped = 0;
  for (std::size_t i = 0; i < 3; ++i)
    flipped += __builtin_popcount(static_cast<unsigned>(got[i] ^ "abc"[i]) & 0xffU);
  EXPECT_EQ(flipped, 1);
  EXPECT_EQ(script.firings().size(), 1U);
}

TEST(IdleTimeout, ForgetsASilentConnectionWithoutTellingAnyone) {
  path_script script;
  script.dial();
  script.add("idle_timeout", R"({"after": "60s"})");
  script.until(50s);
  script.server("beat");
  script.until(109s);
  EXPECT_TRUE(script.firings().empty());
  script.until(111s);
  EXPECT_EQ(script.firings(), (lines{"idle_timeout 1 \"silent\" at byte 4, planned 110s, fired 110s"}));
  script.server("into the void");
  script.client("nobody there");
  EXPECT_EQ(script.log(), (lines{"50s 1 client \"beat\""}));
}

TEST(IdleTimeout, MayResetInstead) {
  path_script script;
  script.dial();
  script.add("idle_timeout", R"({"after": "60s", "how": "rst"})");
  script.until(2h);
  EXPECT_EQ(script.log(), (lines{"60s 1 client rst", "60s 1 server rst"}));
}

TEST(MaxAge, CutsAtItsAgeWhateverTheTraffic) {
  path_script script;
  script.dial();
  script.until(10s);
  script.add("max_age", R"({"age": "60s"})");
  for (int i = 11; i < 60; ++i) {
    script.until(1s * i);
    script.server("x");
  }
  script.log();
  script.until(2h);
  EXPECT_EQ(script.log(), (lines{"60s 1 client fin", "60s 1 server fin"}));
}

TEST(MaxAge, CutsAConnectionThatIsTooOldAtOnce) {
  path_script script;
  script.dial();
  script.until(1h);
  script.add("max_age", R"({"age": "60s", "how": "rst"})");
  EXPECT_EQ(script.log(), (lines{"3600s 1 client rst", "3600s 1 server rst"}));
}

TEST(NatRebind, IsSilentTowardsTheClientAndResetsItWhenItSends) {
  path_script script;
  script.dial();
  script.add("nat_rebind");
  script.server("event");
  script.until(10s);
  EXPECT_TRUE(script.log().empty());
  script.client("ping");
  EXPECT_EQ(script.log(), (lines{"10s 1 client rst"}));
}

TEST(Tls, AnswersAreChosenByTheFault) {
  const std::map<std::string, tls_answer> expected{
      {R"({"is": "expired"})", tls_answer::expired},
      {R"({"is": "not_yet_valid"})", tls_answer::not_yet_valid},
      {R"({"is": "wrong_host"})", tls_answer::wrong_host},
      {R"({"is": "unknown_authority"})", tls_answer::unknown_authority}};
  for (const auto& [json, answer] : expected) {
    path_script script;
    script.add("certificate", json);
    script.dial();
    EXPECT_EQ(script.tls(), answer) << json;
    EXPECT_EQ(script.firings().size(), 1U);
  }
  path_script script;
  const fault_id stall = script.add("tls_stall");
  script.dial();
  EXPECT_EQ(script.tls(), tls_answer::stall);
  script.heal(stall);
  script.add("tls_alert");
  script.dial();
  EXPECT_EQ(script.tls(2), tls_answer::alert);
}

TEST(Match, ByNumberOfTheConnectionOnTheLink) {
  path_script script;
  script.dial();
  script.dial();
  script.dial();
  script.add("rst", R"({"connection": "2..3"})");
  EXPECT_EQ(script.log(), (lines{"0 2 client rst", "0 2 server rst", "0 3 client rst", "0 3 server rst"}));
}

TEST(Match, ByNumberOfTheDialSinceTheFaultWasAdded) {
  path_script script;
  script.dial();
  script.add("refuse", R"({"new_connection": [1, 3]})");
  std::string answers;
  for (int i = 0; i < 4; ++i) {
    script.dial();
    answers += script.dial_answer().substr(0, script.dial_answer().find(' ')) + " ";
  }
  EXPECT_EQ(answers, "refuse proceed refuse proceed ");
}

TEST(Match, ProbabilityIsDecidedOncePerConnection) {
  const auto caught = [](const std::string& probability, int edits) {
    path_script script{{}, 3};
    for (int i = 0; i < 40; ++i) script.dial();
    fault_id id{};
    for (int i = 0; i <= edits; ++i) {
      if (i > 0) script.heal(id);
      id = script.add("hold", R"({"probability": )" + probability + "}");
    }
    std::string all;
    for (int i = 1; i <= 40; ++i) {
      script.client("x", i);
      all += script.held(side::client, i) > 0 ? 'X' : '.';
    }
    return all;
  };
  const std::string half = caught("0.5", 0);
  EXPECT_NE(half.find('X'), std::string::npos);
  EXPECT_NE(half.find('.'), std::string::npos);
  EXPECT_EQ(caught("0.5", 3), half);
  // A higher toxicity takes more, and none that was taken escapes.
  const std::string more = caught("0.8", 1);
  for (std::size_t i = 0; i < half.size(); ++i) EXPECT_TRUE(half[i] == '.' || more[i] == 'X') << i;
}

TEST(Link, NamesOfActiveFaultsAreUnique) {
  path_script script;
  script.add("hold", "{}", "outage#1");
  EXPECT_EQ(script.on().add(plan_of("outage#1", "hold"), {}).error(), errc::name_taken);
}

TEST(Link, RemovingTwiceIsAnError) {
  path_script script;
  const fault_id id = script.add("hold");
  script.heal(id);
  EXPECT_EQ(script.on().remove(id, {}), errc::no_such_fault);
}

TEST(Link, NamesPlannedFaultsThatNeverFiredAlsoAfterTheirRemoval) {
  path_script script;
  script.dial();
  const fault_id unused = script.add("hold", "{}", "unused#1");
  script.add("rst", "{}", "used#1");
  script.add("idle_timeout", R"({"after": "1h"})", "idle#1");
  script.heal(unused);
  EXPECT_EQ(script.on().never_fired(), (lines{"unused#1", "idle#1"}));
}

TEST(Link, KeepsABoundedNumberOfUnfiredNames) {
  const auto random = runtime::make_seeded_entropy(1);
  link::options settings{"a->b", {}};
  settings.unfired_names_max = 2;
  link small{settings, *random, nullptr, {}};
  for (const char* name : {"one", "two", "three"}) {
    ASSERT_EQ(small.remove(*small.add(plan_of(name, "hold"), {}), {}), error_code{});
  }
  EXPECT_EQ(small.never_fired(), (lines{"one", "two"}));
}

TEST(Link, TellsWhichConnectionsChanged) {
  const auto random = runtime::make_seeded_entropy(1);
  std::vector<std::uint64_t> told;
  link one{{"a->b", {}}, *random, nullptr, [&](std::uint64_t id) { told.push_back(id); }};
  auto first = one.open(70);
  auto second = one.open(71);
  for (path* each : {first.get(), second.get()}) {
    static_cast<void>(each->on_dial({}));
    each->on_timer({});
  }
  ASSERT_TRUE(one.add(plan_of("x", "rst", R"({"connection": 2})"), {}).has_value());
  EXPECT_EQ(told, (std::vector<std::uint64_t>{71}));
}

}  // namespace
}  // namespace kitfox::fault::test
