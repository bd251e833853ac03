#include "gateway/route_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/connect_limiter.hpp"

namespace kitfox::gateway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

route make_route(session_id id, std::string instance, std::string cluster = "c1", std::string key = "k1") {
  return {
      id, std::move(cluster), std::move(instance), std::move(key), {"acme", "pay"}, route_health::healthy};
}

std::vector<session_id> ids(const std::vector<route>& routes) {
  std::vector<session_id> all;
  for (const route& one : routes) all.push_back(one.id);
  return all;
}

class RouteTable : public testing::Test {
 protected:
  std::vector<session_id> add(route one) { return ids(table_.add(std::move(one))); }
  gateway_policy policy_;
  route_table table_{policy_};
};

TEST_F(RouteTable, ChoosesTheNewestHealthyStream) {
  add(make_route(1, "a"));
  add(make_route(2, "b"));
  EXPECT_EQ(table_.choose("c1"), 2u);
  EXPECT_EQ(table_.choose("c2"), std::nullopt);
}

TEST_F(RouteTable, PrefersHealthyToRetiringToStalledAndNeverTakesOpening) {
  const route a = make_route(1, "a"), b = make_route(2, "b"), c = make_route(3, "c");
  add(a), add(b), add(c);
  table_.set_health(c, route_health::opening);
  EXPECT_EQ(table_.choose("c1"), 2u);
  table_.set_health(b, route_health::retiring);
  EXPECT_EQ(table_.choose("c1"), 1u);
  table_.set_health(a, route_health::stalled);
  EXPECT_EQ(table_.choose("c1"), 2u);
  table_.set_health(b, route_health::opening);
  EXPECT_EQ(table_.choose("c1"), 1u);
  table_.set_health(a, route_health::opening);
  EXPECT_EQ(table_.choose("c1"), std::nullopt);
}

TEST_F(RouteTable, SameInstanceReplacesItsOwnStreamAlone) {
  add(make_route(1, "a"));
  add(make_route(2, "b"));
  EXPECT_THAT(add(make_route(3, "a")), ElementsAre(1u));
  EXPECT_EQ(table_.size(), 2u);
  EXPECT_EQ(table_.find_instance("c1", "a")->id, 3u);
}

TEST_F(RouteTable, TwoInstancesWithOneKeyNeverEvictEachOther) {
  EXPECT_THAT(add(make_route(1, "a")), IsEmpty());
  for (session_id id = 2; id < 100; ++id)
    EXPECT_THAT(add(make_route(id, id % 2 == 0 ? "b" : "a")), testing::SizeIs(testing::Le(1u)));
  EXPECT_EQ(table_.size(), 2u);
}

TEST_F(RouteTable, AgentsWithoutInstanceIdAreInstancesOfTheirOwn) {
  EXPECT_THAT(add(make_route(1, "")), IsEmpty());
  EXPECT_THAT(add(make_route(2, "")), IsEmpty());
  EXPECT_EQ(table_.size(), 2u);
  EXPECT_EQ(table_.find_instance("c1", ""), nullptr);
}

TEST_F(RouteTable, LateEndOfAReplacedStreamLeavesTheNewOneRoutable) {
  const route old = make_route(1, "a");
  add(old);
  for (session_id id = 2; id <= 1001; ++id) {
    const route newer = make_route(id, "a");
    EXPECT_THAT(add(newer), ElementsAre(id - 1));
    EXPECT_THAT(ids(table_.remove(make_route(id - 1, "a"))), IsEmpty());
    ASSERT_EQ(table_.choose("c1"), id);
  }
  EXPECT_THAT(ids(table_.remove(make_route(1001, "a"))), ElementsAre(1001u));
  EXPECT_EQ(table_.size(), 0u);
}

TEST_F(RouteTable, RevocationTakesTheStreamsOfThatKeyAlone) {
  add(make_route(1, "a", "c1", "k1"));
  add(make_route(2, "b", "c1", "k2"));
  add(make_route(3, "c", "c2", "k3"));
  EXPECT_THAT(ids(table_.remove_by_key("c1", "k1")), ElementsAre(1u));
  EXPECT_EQ(table_.choose("c1"), 2u);
  EXPECT_EQ(table_.choose("c2"), 3u);
}

TEST_F(RouteTable, CountsByKeyAndTeamReturnToZero) {
  add(make_route(1, "a"));
  add(make_route(2, "b"));
  EXPECT_EQ(table_.count_of_key("k1"), 2u);
  EXPECT_EQ(table_.count_of_team({"acme", "pay"}), 2u);
  table_.remove(make_route(1, "a"));
  table_.remove(make_route(2, "b"));
  EXPECT_EQ(table_.count_of_key("k1"), 0u);
  EXPECT_EQ(table_.count_of_team({"acme", "pay"}), 0u);
}

TEST_F(RouteTable, ObeysAPolicyThatUnregistersByCluster) {
  policy_.unregisters = [](const route&, const route&) { return true; };
  add(make_route(1, "a"));
  add(make_route(2, "b"));
  table_.remove(make_route(1, "a"));
  EXPECT_EQ(table_.choose("c1"), std::nullopt);
}

class ConnectLimits : public RouteTable {
 protected:
  gateway_limits limits_;
  runtime::mono_time now_{};
};

TEST_F(ConnectLimits, AttemptsOfAKeyAreLimitedPerWindowAndRecover) {
  limits_.connects_per_key_max = 3;
  connect_limiter limiter{limits_};
  for (int attempt = 0; attempt < 3; ++attempt) EXPECT_FALSE(limiter.on_attempt("k1", now_));
  const auto refused = limiter.on_attempt("k1", now_);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->why, agent_refusal::rate_limited);
  EXPECT_EQ(refused->retry_after, 20s);
  EXPECT_FALSE(limiter.on_attempt("k2", now_));
  EXPECT_TRUE(limiter.on_attempt("k1", now_ + 19s));
  EXPECT_FALSE(limiter.on_attempt("k1", now_ + 20s));
}

TEST_F(ConnectLimits, StreamsArePerKeyPerTeamAndPerGateway) {
  limits_.sessions_per_key_max = 2;
  limits_.sessions_per_team_max = 3;
  limits_.sessions_max = 4;
  connect_limiter limiter{limits_};
  add(make_route(1, "a", "c1", "k1"));
  add(make_route(2, "b", "c1", "k1"));
  EXPECT_EQ(limiter.on_stream(make_route(3, "c", "c1", "k1"), table_, now_)->why,
            agent_refusal::quota_exceeded);
  EXPECT_FALSE(limiter.on_stream(make_route(3, "c", "c1", "k2"), table_, now_));
  add(make_route(3, "c", "c1", "k2"));
  EXPECT_TRUE(limiter.on_stream(make_route(4, "d", "c1", "k3"), table_, now_));
  route other = make_route(4, "d", "c9", "k9");
  other.owner = {"umbrella", "lab"};
  EXPECT_FALSE(limiter.on_stream(other, table_, now_));
  add(other);
  other.id = 5;
  other.instance_id = "e";
  EXPECT_TRUE(limiter.on_stream(other, table_, now_));
}

TEST_F(ConnectLimits, AReconnectOfAnInstanceNeedsNoRoomButIsDamped) {
  limits_.sessions_per_key_max = 1;
  limits_.replacements_max = 2;
  connect_limiter limiter{limits_};
  add(make_route(1, "a"));
  EXPECT_FALSE(limiter.on_stream(make_route(2, "a"), table_, now_));
  EXPECT_FALSE(limiter.on_stream(make_route(3, "a"), table_, now_));
  EXPECT_EQ(limiter.on_stream(make_route(4, "a"), table_, now_)->why, agent_refusal::rate_limited);
}

TEST(RateLimiter, ForgetsTheQuietestNameWhenFull) {
  rate_limiter limiter{{1, 1min, 2}};
  runtime::mono_time now{};
  EXPECT_FALSE(limiter.acquire("a", now));
  EXPECT_FALSE(limiter.acquire("b", now));
  EXPECT_TRUE(limiter.acquire("a", now));
  EXPECT_FALSE(limiter.acquire("c", now));
  EXPECT_EQ(limiter.names(), 2u);
  EXPECT_TRUE(limiter.acquire("a", now));
  EXPECT_FALSE(limiter.acquire("b", now));
}

TEST(RateLimiter, IdleNamesAreDroppedByThemselves) {
  rate_limiter limiter{{1, 1min, 100}};
  for (int name = 0; name < 50; ++name) EXPECT_FALSE(limiter.acquire(std::to_string(name), {}));
  EXPECT_FALSE(limiter.acquire("late", runtime::mono_time{2min}));
  EXPECT_EQ(limiter.names(), 1u);
}

}  // namespace
}  // namespace kitfox::gateway
