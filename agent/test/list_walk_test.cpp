#include "agent/list_walk.hpp"

#include <gtest/gtest.h>

namespace kitfox::agent {
namespace {

kube_options options() {
  kube_options bounds;
  bounds.page_items = 10;
  bounds.items_max = 35;
  bounds.restarts_max = 2;
  return bounds;
}

kube_failure gone() {
  kube_failure failure;
  failure.what = kube_failure::kind::refused;
  failure.status = 410;
  return failure;
}

kube_failure too_large() {
  kube_failure failure;
  failure.what = kube_failure::kind::too_large;
  return failure;
}

TEST(ListWalk, PagesUntilTheServerHasNoMore) {
  list_walk walk{options(), std::nullopt, ""};
  walk_action action = walk.on_start();
  EXPECT_EQ(action.step, walk_action::what::fetch);
  EXPECT_EQ(action.limit, 10u);
  EXPECT_EQ(action.continue_token, "");
  action = walk.on_page(10, "t1");
  EXPECT_EQ(action.step, walk_action::what::fetch);
  EXPECT_EQ(action.continue_token, "t1");
  action = walk.on_page(3, "");
  EXPECT_EQ(action.step, walk_action::what::end);
  EXPECT_EQ(action.continue_token, "");
}

TEST(ListWalk, StopsAtWhatTheCallerWantsAndHandsTheTokenOn) {
  list_walk walk{options(), 13, "from"};
  walk_action action = walk.on_start();
  EXPECT_EQ(action.continue_token, "from");
  action = walk.on_page(10, "t1");
  EXPECT_EQ(action.limit, 3u);
  action = walk.on_page(3, "t2");
  EXPECT_EQ(action.step, walk_action::what::end);
  EXPECT_EQ(action.continue_token, "t2");
}

TEST(ListWalk, NeverHoldsMoreThanItemsMax) {
  list_walk walk{options(), 1'000, ""};
  walk_action action = walk.on_start();
  std::size_t items = 0;
  while (action.step == walk_action::what::fetch) {
    items += action.limit;
    action = walk.on_page(action.limit, "more");
  }
  EXPECT_EQ(items, 35u);
  EXPECT_EQ(action.continue_token, "more");
}

TEST(ListWalk, EndsWhenAServerIgnoresTheLimit) {
  list_walk walk{options(), 5, ""};
  EXPECT_EQ(walk.on_start().limit, 5u);
  EXPECT_EQ(walk.on_page(400, "").step, walk_action::what::end);
}

TEST(ListWalk, StartsAnewWhenItsSnapshotExpired) {
  list_walk walk{options(), std::nullopt, ""};
  static_cast<void>(walk.on_start());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(walk.on_page(10, "t").step, walk_action::what::fetch);
    const walk_action action = walk.on_failed(gone());
    EXPECT_EQ(action.step, walk_action::what::restart);
    EXPECT_EQ(action.continue_token, "");
    EXPECT_EQ(action.limit, 10u);
  }
  EXPECT_EQ(walk.on_page(10, "t").step, walk_action::what::fetch);
  EXPECT_EQ(walk.on_failed(gone()).step, walk_action::what::fail) << "not for ever";
}

TEST(ListWalk, FailsWhenTheCallersOwnTokenExpired) {
  list_walk walk{options(), std::nullopt, "from"};
  static_cast<void>(walk.on_start());
  EXPECT_EQ(walk.on_failed(gone()).step, walk_action::what::fail);
}

TEST(ListWalk, FailsWhenTheFirstPageIsGone) {
  list_walk walk{options(), std::nullopt, ""};
  static_cast<void>(walk.on_start());
  EXPECT_EQ(walk.on_failed(gone()).step, walk_action::what::fail);
}

TEST(ListWalk, HalvesPagesThatAreTooLarge) {
  list_walk walk{options(), std::nullopt, ""};
  static_cast<void>(walk.on_start());
  for (const std::size_t limit : {5u, 2u, 1u}) {
    const walk_action action = walk.on_failed(too_large());
    EXPECT_EQ(action.step, walk_action::what::fetch);
    EXPECT_EQ(action.limit, limit);
  }
  EXPECT_EQ(walk.on_failed(too_large()).step, walk_action::what::fail);
}

TEST(ListWalk, FailsWithEveryOtherFailure) {
  list_walk walk{options(), std::nullopt, ""};
  static_cast<void>(walk.on_start());
  kube_failure denied = gone();
  denied.status = 403;
  EXPECT_EQ(walk.on_failed(denied).step, walk_action::what::fail);
}

}  // namespace
}  // namespace kitfox::agent
