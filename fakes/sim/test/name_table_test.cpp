#include "fakes/sim/name_table.hpp"

#include <gtest/gtest.h>

#include "runtime/errc.hpp"

namespace kitfox::sim {
namespace {

using namespace std::chrono_literals;
using runtime::errc;
using addresses = std::vector<std::string>;

class NameTable : public testing::Test {
 protected:
  NameTable() { EXPECT_FALSE(table.set("gateway.example", {"10.0.0.1"})); }
  name_table table{3ms, 2};
};

TEST_F(NameTable, AnswersWithoutRegardToCaseAndFinalDot) {
  const auto answer = table.ask("agent", "Gateway.EXAMPLE.");
  EXPECT_EQ(answer.addresses.value(), addresses{"10.0.0.1"});
  EXPECT_EQ(answer.delay, 3ms);
}

TEST_F(NameTable, UnknownNamesDoNotExist) {
  EXPECT_EQ(table.ask("agent", "nowhere.example").addresses.error(), errc::name_not_found);
  table.remove("gateway.example");
  EXPECT_EQ(table.ask("agent", "gateway.example").addresses.error(), errc::name_not_found);
}

TEST_F(NameTable, ALiteralAddressIsItsOwnAnswerAtOnce) {
  for (const std::string literal : {"10.1.2.3", "::1"}) {
    const auto answer = table.ask("agent", literal);
    EXPECT_EQ(answer.addresses.value(), addresses{literal});
    EXPECT_EQ(answer.delay, 0ns);
  }
}

TEST_F(NameTable, FaultsConcernOneNameAndOneClientUntilHealed) {
  const auto fault = table.add({name_fault::nxdomain, "gateway.example", "agent-1", {}, {}});
  EXPECT_EQ(table.ask("agent-1", "gateway.example").addresses.error(), errc::name_not_found);
  EXPECT_TRUE(table.ask("agent-2", "gateway.example").addresses.has_value());
  table.heal(fault);
  EXPECT_TRUE(table.ask("agent-1", "gateway.example").addresses.has_value());
}

TEST_F(NameTable, AFailingServerFailsEveryName) {
  const auto fault = table.add({name_fault::servfail, {}, {}, {}, {}});
  EXPECT_EQ(table.ask("agent", "gateway.example").addresses.error(), errc::name_server_failed);
  EXPECT_EQ(table.ask("agent", "nowhere.example").addresses.error(), errc::name_server_failed);
  table.heal(fault);
}

TEST_F(NameTable, SlowAnswersAddUp) {
  const auto first = table.add({name_fault::slow, {}, {}, 2s, {}});
  const auto second = table.add({name_fault::slow, "gateway.example", {}, 1s, {}});
  EXPECT_EQ(table.ask("agent", "gateway.example").delay, 3s + 3ms);
  table.heal(first);
  table.heal(second);
}

TEST_F(NameTable, AStaleAnswerIsTheOneFromBefore) {
  const auto fault = table.add({name_fault::stale, {}, {}, {}, {}});
  ASSERT_FALSE(table.set("gateway.example", {"10.0.0.2"}));
  ASSERT_FALSE(table.set("new.example", {"10.0.0.3"}));
  EXPECT_EQ(table.ask("agent", "gateway.example").addresses.value(), addresses{"10.0.0.1"});
  EXPECT_EQ(table.ask("agent", "new.example").addresses.error(), errc::name_not_found);
  table.heal(fault);
  EXPECT_EQ(table.ask("agent", "gateway.example").addresses.value(), addresses{"10.0.0.2"});
}

TEST_F(NameTable, AFlappingNameAlternates) {
  const auto fault = table.add({name_fault::flap, "gateway.example", {}, {}, {"10.9.9.9"}});
  EXPECT_EQ(table.ask("agent", "gateway.example").addresses.value(), addresses{"10.9.9.9"});
  EXPECT_EQ(table.ask("agent", "gateway.example").addresses.value(), addresses{"10.0.0.1"});
  EXPECT_EQ(table.ask("agent", "gateway.example").addresses.value(), addresses{"10.9.9.9"});
  table.heal(fault);
}

TEST_F(NameTable, HoldsABoundedNumberOfNames) {
  EXPECT_FALSE(table.set("second.example", {"10.0.0.2"}));
  EXPECT_EQ(table.set("third.example", {"10.0.0.3"}), errc::out_of_resources);
  EXPECT_FALSE(table.set("second.example", {"10.0.0.4"}));
  EXPECT_FALSE(table.set("second.example", {}));
  EXPECT_FALSE(table.set("third.example", {"10.0.0.3"}));
}

}  // namespace
}  // namespace kitfox::sim
