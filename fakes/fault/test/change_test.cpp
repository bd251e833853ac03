#include <nlohmann/json.hpp>

#include "fakes/fault/test/path_script.hpp"

namespace kitfox::fault::test {
namespace {

TEST(ChangedFault, NeitherHealsNorCutsAConnectionThatIsMuted) {
  path_script script;
  const fault_id mute = script.add("mute", R"({"after": "10s"})");
  script.dial();
  script.client("lost");
  script.until(4s);
  script.change(mute, "mute", R"({"after": "20s"})");
  EXPECT_EQ(script.log(), lines{}) << "healing it would have cut the connection";
  script.server("lost too");
  script.until(23s);
  EXPECT_EQ(script.log(), lines{});
  script.until(24s);
  EXPECT_EQ(script.log(), (lines{"24s 1 client fin", "24s 1 server fin"})) << "the new time runs from now";
}

TEST(ChangedFault, KeepsWhatItHolds) {
  path_script script;
  const fault_id hold = script.add("hold");
  script.dial();
  script.client("held");
  script.until(2s);
  script.change(hold, "hold", R"({"lasts": "5s"})");
  EXPECT_EQ(script.log(), lines{});
  script.until(5s);
  EXPECT_EQ(script.log(), (lines{"5s 1 server \"held\""})) << "counted from when it began";
}

TEST(ChangedFault, DelaysWhatComesLaterByTheNewTimeInOrder) {
  path_script script;
  const fault_id slow = script.add("latency", R"({"delay": "100ms"})");
  script.dial();
  script.client("a");
  script.change(slow, "latency", R"({"delay": "10ms"})");
  script.client("b");
  script.until(1s);
  script.client("c");
  script.until(2s);
  EXPECT_EQ(script.log(), (lines{"300ms 1 server \"a\"", "300ms 1 server \"b\"", "1010ms 1 server \"c\""}));
}

TEST(ChangedFault, CountsBytesThatPassedBeforeAgainstTheNewLimit) {
  path_script script;
  const fault_id limit = script.add("limit_bytes", R"({"bytes": 10})");
  script.dial();
  script.client("12345");
  script.change(limit, "limit_bytes", R"({"bytes": 8})");
  EXPECT_EQ(script.received(side::server), "12345");
  script.client("678 and more");
  EXPECT_EQ(script.received(side::server), "678");
  EXPECT_EQ(script.firings(), (lines{"limit_bytes 1 \"fin\" at byte 8, planned 0, fired 0"}));
}

TEST(ChangedFault, KeepsItsPlaceAmongTheOthers) {
  path_script script;
  const fault_id first = script.add("limit_bytes", R"({"bytes": 3, "direction": "upstream"})", "first");
  script.add("hold", "{}", "second");
  script.dial();
  script.change(first, "limit_bytes", R"({"bytes": 5, "direction": "upstream"})", "first");
  script.client("1234567");
  // Were it behind the hold by now, nothing would have reached it.
  EXPECT_EQ(script.firings(), (lines{"second 1 \"hold\" at byte 0, planned 0, fired 0",
                                     "first 1 \"fin\" at byte 5, planned 0, fired 0"}));
}

TEST(ChangedFault, CountsRequestsOn) {
  path_script script;
  const fault_id status = script.add("status", R"({"code": 503, "request": 3})");
  script.dial();
  for (int i = 0; i < 2; ++i) {
    script.client("GET / HTTP/1.1\r\nHost: g\r\n\r\n");
    script.server(response(200, ""));
  }
  EXPECT_EQ(script.received(side::client).find("503"), std::string::npos);
  script.change(status, "status", R"({"code": 429, "request": 3})");
  script.client("GET / HTTP/1.1\r\nHost: g\r\n\r\n");
  EXPECT_NE(script.received(side::client).find("429"), std::string::npos);
}

TEST(ChangedFault, FlipsNoConnectionWhoseChanceWasDecided) {
  const auto taken_before_and_after = [](double chance) {
    path_script script;
    const fault_id mute = script.add("mute", R"({"probability": 0.5})");
    std::vector<bool> before, after;
    for (int i = 1; i <= 16; ++i) {
      script.dial();
      script.client("x", i);
      before.push_back(script.received(side::server, i).empty());
    }
    script.change(mute, "mute", nlohmann::json{{"probability", chance}}.dump());
    for (int i = 1; i <= 16; ++i) {
      script.client("y", i);
      after.push_back(script.received(side::server, i).empty());
    }
    return std::pair{before, after};
  };
  const auto [before, same] = taken_before_and_after(0.5);
  EXPECT_EQ(before, same);
  const auto [again, more] = taken_before_and_after(1.0);
  EXPECT_EQ(again, before);
  EXPECT_EQ(more, std::vector<bool>(16, true)) << "a higher chance takes those that were left out";
}

TEST(ChangedFault, LeavesWhatItCutAlone) {
  path_script script;
  const fault_id hole = script.add("limit_bytes", R"({"bytes": 2, "how": "silent"})");
  script.dial();
  script.client("12345");
  EXPECT_EQ(script.received(side::server), "12");
  script.change(hole, "limit_bytes", R"({"bytes": 100, "how": "silent"})");
  script.client("6");
  EXPECT_EQ(script.received(side::server), "");
}

TEST(ChangedFault, ReleasesWhatANewOneCannotTakeOver) {
  path_script script;
  const fault_id buffer = script.add("buffer", R"({"bytes": 1000})");
  script.dial();
  script.client(connect_request);
  script.server(std::string{stream_head} + chunk("abc"));
  EXPECT_EQ(script.received(side::client).find("abc"), std::string::npos);
  script.change(buffer, "buffer", R"({"bytes": 2000})");
  EXPECT_NE(script.received(side::client).find("abc"), std::string::npos);
}

TEST(ChangedFault, OnlyForFaultsThatAreOnTheLink) {
  path_script script;
  EXPECT_EQ(script.on().replace(fault_id{9}, plan_of("hold", "hold"), {}), errc::no_such_fault);
}

TEST(NeverFired, SpeaksOfANameAsItIsNow) {
  path_script script;
  const fault_id first = script.add("rst", "{}", "cut");
  EXPECT_EQ(script.on().never_fired(), (lines{"cut"}));
  script.heal(first);
  EXPECT_EQ(script.on().never_fired(), (lines{"cut"})) << "also when it was removed";
  script.dial();
  script.add("rst", "{}", "cut");
  EXPECT_EQ(script.on().never_fired(), lines{}) << "the one of that name fired";
}

TEST(NeverFired, LeavesOutAFaultThatFiredBeforeItWasChanged) {
  path_script script;
  const fault_id slow = script.add("latency", R"({"delay": "1ms"})");
  script.dial();
  script.client("x");
  script.change(slow, "latency", R"({"delay": "2ms"})");
  EXPECT_EQ(script.on().never_fired(), lines{});
  script.heal(slow);
  EXPECT_EQ(script.on().never_fired(), lines{});
}

TEST(Latency, DelaysADialOnlyInTheDirectionsItIsFor) {
  for (const auto& [way, answer] :
       std::vector<std::pair<std::string, std::string>>{{"both", "proceed after 200ms"},
                                                        {"upstream", "proceed after 100ms"},
                                                        {"downstream", "proceed after 100ms"}}) {
    path_script script;
    script.add("latency", nlohmann::json{{"delay", "100ms"}, {"direction", way}}.dump());
    script.dial();
    EXPECT_EQ(script.dial_answer(), answer) << way;
  }
}

}  // namespace
}  // namespace kitfox::fault::test
