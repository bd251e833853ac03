#include "conformance/run/fresh_start.hpp"

#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

transcript with_agent(const std::string& instance) {
  tape out{"sockets"};
  out.issues_key(0, "k", "acme/payments/prod", "acme/payments")
      .starts(0.1, "prod/0", "agent", "acme/payments/prod");
  out.connects(1, 1, "prod/0", "k", instance).cut(2, 1).connects(3, 2, "prod/0", "k", instance);
  return out.until(4);
}

TEST(FreshStart, AnAgentOfAnEarlierCaseIsToldAndOneThatComesBackWithinItsCaseIsNot) {
  std::set<std::string> earlier;
  EXPECT_EQ(stale_agent(with_agent("one"), earlier), "");
  EXPECT_EQ(stale_agent(with_agent("two"), earlier), "");
  EXPECT_EQ(stale_agent(with_agent("one"), earlier), "one");
}

}  // namespace
}  // namespace kitfox::conformance
