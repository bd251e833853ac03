// What may cross from tenant to tenant: nothing, not even that something exists.
#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

TEST(Tenants, CannotTellAForeignClusterFromNone) {
  const nlohmann::json stranger{{"as", "acme/search"}}, foreign{{"as", "acme/search"}, {"cluster", "prod"}};
  const nlohmann::json said{{"ok", false}, {"error", "not connected"}, {"error_code", "unavailable"}};
  nlohmann::json other = said;
  other["error"] = "cluster belongs to somebody else";
  const auto pair_of = [&](const nlohmann::json& answer, int status) {
    tape out = connected_tape();
    out.calls(2, 2, "1", stranger, "list_pods", 200, said);
    return out.calls(3, 3, "2", foreign, "list_pods", status, answer).until(9);
  };
  EXPECT_EQ(opinion_of("indistinguishable", "ISO-2", pair_of(said, 200)), opinion::fine);
  EXPECT_EQ(opinion_of("indistinguishable", "ISO-2", pair_of(other, 200)), opinion::broken);
  EXPECT_EQ(opinion_of("indistinguishable", "ISO-2", pair_of(said, 404)), opinion::broken);
  EXPECT_EQ(opinion_of("indistinguishable", "ISO-2", connected_tape().until(9)), opinion::nothing_to_see);
}

TEST(Canaries, AreForTheirOwnTeamWhoeverIsTold) {
  const std::string own = "kfx-canary-aaaaaaaaaaaa", foreign = "kfx-canary-bbbbbbbbbbbb";
  const auto two_teams = [] {
    tape out = connected_tape();
    out.facts()["clusters"]["other"] = {{"team", "acme/search"}, {"canary", "kfx-canary-bbbbbbbbbbbb"}};
    return out;
  };
  const auto opinion_of_tape = [](tape& one) { return opinion_of("canaries", "ISO-2", one.until(9)); };
  const auto posted = [&](const std::string& body, const std::string& answer) {
    tape out = two_teams();
    out.dials(2, 5, "prod/0->gateway")
        .asks(2, 5, 1, "POST", "/agent/response/r", "k", body)
        .answers(2, 5, 1, 200, answer);
    return opinion_of_tape(out);
  };
  EXPECT_EQ(posted(own, "{}"), opinion::fine);
  EXPECT_EQ(posted(foreign, "{}"), opinion::broken);
  EXPECT_EQ(posted(own, foreign), opinion::broken);

  const auto told = [&](const std::string& canary) {
    tape out = two_teams();
    out.event(2, 1, "command", {{"request_id", "r"}, {"params", {{"pod_name", canary}}}});
    return opinion_of_tape(out);
  };
  EXPECT_EQ(told(own), opinion::fine);
  EXPECT_EQ(told(foreign), opinion::broken);

  const auto read_by = [&](const nlohmann::json& caller, const std::string& name) {
    tape out = two_teams();
    out.calls(2, 2, "1", caller, name, 200, {{"ok", true}, {"result", own}});
    return opinion_of_tape(out);
  };
  EXPECT_EQ(read_by({{"as", "acme/payments"}}, "list_pods"), opinion::fine);
  EXPECT_EQ(read_by({{"as", "acme/search"}}, "list_pods"), opinion::broken);
  EXPECT_EQ(read_by({{"tenant", "acme/payments"}}, "send"), opinion::fine);
  EXPECT_EQ(read_by(nlohmann::json::object(), "send"), opinion::broken);
}

}  // namespace
}  // namespace kitfox::conformance
