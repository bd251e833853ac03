// How much an agent asks for at a time, and how it spaces what it repeats.
#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

transcript reading(const std::string& target) {
  return connected_tape().reads(2, 3, 9, "prod/0", target).until(5);
}

TEST(PagedReads, ListsComeByPages) {
  const auto of = [](const std::string& target) {
    return opinion_of("paged-reads", "RES-4", reading(target));
  };
  EXPECT_EQ(of("/api/v1/pods?limit=100"), opinion::fine);
  EXPECT_EQ(of("/apis/apps/v1/namespaces/a/deployments?labelSelector=a&limit=1000&continue=x"),
            opinion::fine);
  for (const auto* unbounded : {"", "?limit=0", "?limit=1001", "?limit=-1", "?limit=all", "?labelSelector=a"})
    EXPECT_EQ(of(std::string{"/api/v1/namespaces/a/pods"} + unbounded), opinion::broken) << unbounded;
  for (const auto* no_list :
       {"/version", "/apis", "/api/v1/namespaces/a/pods/one", "/api/v1/pods?watch=true"})
    EXPECT_EQ(of(no_list), opinion::nothing_to_see) << no_list;
}

TEST(PagedReads, OfLogsAPartIsRead) {
  const auto of = [](const std::string& query) {
    return opinion_of("paged-reads", "RES-4", reading("/api/v1/namespaces/a/pods/one/log" + query));
  };
  for (const auto* bounded :
       {"?tailLines=10000", "?limitBytes=1048576", "?container=a&tailLines=1&limitBytes=9999999"})
    EXPECT_EQ(of(bounded), opinion::fine) << bounded;
  for (const auto* unbounded : {"", "?tailLines=10001", "?limitBytes=1048577", "?tailLines=0"})
    EXPECT_EQ(of(unbounded), opinion::broken) << unbounded;
}

/// Commands a second apart, the first try of each answer refused and the second, `pause(n)` later, taken.
template <class Pause>
transcript repeating(int commands, Pause pause, int refusal = 503, double timeout = 30,
                     nlohmann::json refused_with = nullptr) {
  tape out = connected_tape();
  for (int n = 0; n < commands; ++n) {
    const std::string id = "r-" + std::string(21, 'a') + static_cast<char>('a' + n);
    const auto conn = static_cast<std::uint64_t>(10 + 2 * n);
    const double t = 5 + n;
    out.command(t, 1, id, "list_pods", timeout);
    const std::string target = "/agent/response/" + id;
    out.dials(t, conn, "prod/0->gateway").asks(t, conn, 1, "POST", target, "k", R"({"ok":true})");
    out.answers(t, conn, 1, refusal, {}, refused_with);
    out.responds(t + pause(n), conn + 1, "prod/0", "k", id, {{"ok", true}}, 200);
  }
  return out.until(60);
}

opinion of_repetitions(const transcript& on) { return opinion_of("spaced-answers", "IDM-5", on); }

TEST(SpacedAnswers, WaitBeforeTheyAreRepeated) {
  EXPECT_EQ(of_repetitions(repeating(1, [](int) { return 0.25; })), opinion::fine);
  for (const int refusal : {429, 500, 503})
    EXPECT_EQ(of_repetitions(repeating(
                  1, [](int) { return 0.001; }, refusal)),
              opinion::broken)
        << refusal;
  EXPECT_EQ(of_repetitions(repeating(
                1, [](int) { return 0.001; }, 503, 9)),
            opinion::nothing_to_see)
      << "an agent may hurry towards a deadline";
  EXPECT_EQ(of_repetitions(repeating(1, [](int) { return 0.25; }, 503, 30, {{"retry-after", "0"}})),
            opinion::nothing_to_see)
      << "the gateway chose the pause";
  EXPECT_EQ(of_repetitions(connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(SpacedAnswers, WaitAsLongAsAnswersUsuallyTake) {
  const auto slow_gateway = [](double pause) {
    tape out = connected_tape();
    for (int n = 0; n < 4; ++n) {
      const std::string id = "r-" + std::string(21, 'a') + static_cast<char>('a' + n);
      const auto conn = static_cast<std::uint64_t>(10 + n);
      out.command(5 + n, 1, id, "list_pods");
      out.dials(5 + n, conn, "prod/0->gateway");
      out.asks(5 + n, conn, 1, "POST", "/agent/response/" + id, "k", R"({"ok":true})");
      out.answers(5.5 + n, conn, 1, n == 0 ? 503 : 200);
      if (n == 0) out.responds(5.5 + pause, 30, "prod/0", "k", id, {{"ok", true}}, 200);
    }
    return of_repetitions(out.until(20));
  };
  EXPECT_EQ(slow_gateway(0.6), opinion::fine);
  EXPECT_EQ(slow_gateway(0.4), opinion::broken);
}

TEST(SpacedAnswers, AreNotAlwaysAsFarApart) {
  EXPECT_EQ(of_repetitions(repeating(8, [](int n) { return 0.25 + 0.03 * n; })), opinion::fine);
  EXPECT_EQ(of_repetitions(repeating(8, [](int n) { return 0.25 + 0.001 * n; })), opinion::broken);
  EXPECT_EQ(of_repetitions(repeating(7, [](int) { return 0.25; })), opinion::fine) << "too few to tell";
}

}  // namespace
}  // namespace kitfox::conformance
