// BAD-1: no server error, and no program that dies.
#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

tape with_stream() {
  tape out;
  out.starts(0, "gateway", "gateway").starts(0, "prod/0", "agent", "prod");
  return out.issues_key(0, "k", "prod", "acme/payments").connects(1, 1, "prod/0", "k");
}

TEST(NoServerError, IsAnsweredToAnybody) {
  const auto answered = [](int status, const char* path = "/nowhere", nlohmann::json head = nullptr) {
    tape out = with_stream();
    out.dials(2, 5, "caller->gateway").asks(2, 5, 1, "GET", path);
    return out.answers(3, 5, 1, status, {}, std::move(head)).until(9);
  };
  EXPECT_EQ(opinion_of("no-server-error", "BAD-1", answered(404)), opinion::fine);
  EXPECT_EQ(opinion_of("no-server-error", "BAD-1", answered(500)), opinion::broken);
  EXPECT_EQ(opinion_of("no-server-error", "BAD-1", answered(505)), opinion::fine);
  EXPECT_EQ(opinion_of("no-server-error", "BAD-1", answered(503)), opinion::broken);
  EXPECT_EQ(opinion_of("no-server-error", "BAD-1", answered(503, "/nowhere", {{"retry-after", "5"}})),
            opinion::fine);
  EXPECT_EQ(opinion_of("no-server-error", "BAD-1", answered(503, "/ready")), opinion::fine);
  EXPECT_EQ(opinion_of("no-server-error", "BAD-1", tape{}.until(9)), opinion::nothing_to_see);
}

TEST(NoServerError, IsNoEndOfAnAgentThatEndsByItself) {
  const auto ended = [](int code) { return with_stream().exits(5, "prod/0", code).until(9); };
  EXPECT_NE(opinion_of("no-server-error", "BAD-1", ended(0)), opinion::broken);
  EXPECT_EQ(opinion_of("no-server-error", "BAD-1", ended(139)), opinion::broken);
}

}  // namespace
}  // namespace kitfox::conformance
