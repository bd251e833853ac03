// The audit: each check on a good transcript, a bad one, and one that shows nothing.
#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

const std::string audited_id = "r-1234567890123456789012";

/// An agent that is connected from second 1 until the gateway ends its stream in second 20.
tape audited() {
  tape out;
  out.starts(0, "gateway", "gateway").starts(0, "prod/0", "agent", "prod");
  out.issues_key(0, "k", "prod", "acme/payments");
  return out.connects(1, 1, "prod/0", "k").ends_by(20, 1, wire_end::server);
}

void audit(tape& on, double t, const nlohmann::json& line) {
  on.logs(t, "gateway", "audit", {{"line", line.dump()}, {"seen", "written"}});
}

nlohmann::json line_of(const char* event, nlohmann::json more = nlohmann::json::object()) {
  more["event"] = event;
  return more;
}

tape with_streams(std::size_t connects, std::size_t disconnects) {
  tape out = audited();
  for (std::size_t i = 0; i < connects; ++i) audit(out, 1, line_of("connect", {{"key_id", "k"}}));
  for (std::size_t i = 0; i < disconnects; ++i) audit(out, 20, line_of("disconnect", {{"key_id", "k"}}));
  return out;
}

TEST(AuditCompleteness, HasOneRecordOfEachStreamAndOfItsEnd) {
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", with_streams(1, 1).until(60)), opinion::fine);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", with_streams(2, 1).until(60)), opinion::broken);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", with_streams(1, 0).until(60)), opinion::broken);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", audited().until(60)), opinion::nothing_to_see);
}

TEST(AuditCompleteness, HasRefusalsAndRevocations) {
  const auto refused = [](bool recorded) {
    tape out = with_streams(1, 1);
    out.refused(30, 2, "prod/0", "k", 401);
    if (recorded) audit(out, 30, line_of("refusal"));
    return out.until(60);
  };
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", refused(true)), opinion::fine);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", refused(false)), opinion::broken);
  const auto revoked = [](bool recorded) {
    tape out = with_streams(1, 1);
    out.revokes(30, 31, "k");
    if (recorded) audit(out, 30, line_of("revoke", {{"key_id", "k"}}));
    return out.until(60);
  };
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", revoked(true)), opinion::fine);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", revoked(false)), opinion::broken);
}

TEST(AuditCompleteness, MaySumUpRefusalsBeyondTenAMinuteButLosesNone) {
  const auto refused = [](std::size_t alone, std::uint64_t summed_up, double end) {
    tape out = with_streams(1, 1);
    for (int i = 0; i < 30; ++i)
      out.refused(30 + 0.1 * i, 2 + static_cast<std::uint64_t>(i), "prod/0", "k", 401);
    for (std::size_t i = 0; i < alone; ++i) audit(out, 34, line_of("refusal"));
    if (summed_up > 0) audit(out, 90, line_of("refusals", {{"count", summed_up}}));
    return opinion_of("audit-completeness", "AUD-1", out.until(end));
  };
  EXPECT_EQ(refused(30, 0, 100), opinion::fine);
  EXPECT_EQ(refused(10, 20, 100), opinion::fine);
  EXPECT_EQ(refused(10, 0, 60), opinion::fine) << "the summary is due within a minute";
  EXPECT_EQ(refused(9, 0, 60), opinion::broken) << "ten have records of their own";
  EXPECT_EQ(refused(10, 19, 100), opinion::broken) << "one is nowhere";
}

const nlohmann::json begun_line = line_of("command", {{"time", "t"},
                                                      {"actor", "a"},
                                                      {"org_id", "acme"},
                                                      {"team_node_id", "payments"},
                                                      {"cluster_id", "c"},
                                                      {"command", "list_pods"},
                                                      {"params_hash", "h"},
                                                      {"request_id", audited_id}});
const nlohmann::json ended_line =
    line_of("command_outcome", {{"outcome", "denied"}, {"ms", 3}, {"bytes", 80}, {"request_id", audited_id}});

tape with_command(double recorded_at, const nlohmann::json& begun, const nlohmann::json& ended) {
  tape out = with_streams(1, 1);
  if (recorded_at < 5) audit(out, recorded_at, begun);
  out.command(5, 1, audited_id, "list_pods");
  if (recorded_at >= 5) audit(out, recorded_at, begun);
  audit(out, 7, ended);
  return out.calls(4, 7, "1", {{"as", "acme/payments"}, {"cluster", "prod"}}, "list_pods", 200,
                   {{"ok", false}, {"error_code", "denied"}, {"request_id", audited_id}});
}

TEST(AuditCompleteness, HasCommandsWithTheirMembersAndOutcomes) {
  nlohmann::json nobody = begun_line, another = ended_line, sizeless = ended_line;
  nobody.erase("actor");
  sizeless.erase("bytes");
  another["outcome"] = "ok";
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", with_command(4, begun_line, ended_line).until(60)),
            opinion::fine);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", with_command(4, nobody, ended_line).until(60)),
            opinion::broken);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", with_command(4, begun_line, another).until(60)),
            opinion::broken);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", with_command(4, begun_line, sizeless).until(60)),
            opinion::broken);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-1", with_command(4, begun_line, begun_line).until(60)),
            opinion::broken);
}

TEST(AuditCompleteness, IsDurableBeforeACommandIsSent) {
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-2", with_command(4, begun_line, ended_line).until(60)),
            opinion::fine);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-2", with_command(6, begun_line, ended_line).until(60)),
            opinion::broken);
  EXPECT_EQ(opinion_of("audit-completeness", "AUD-2", with_streams(1, 1).until(60)), opinion::nothing_to_see);
}

TEST(AuditLines, AreOneObjectEachWithShortFields) {
  const auto line = [](const std::string& text) {
    tape out = audited();
    out.logs(2, "gateway", "audit", {{"line", text}, {"seen", "read"}});
    return out.until(60);
  };
  EXPECT_EQ(opinion_of("audit-lines", "AUD-3", line(R"({"command":"a\nb"})")), opinion::fine);
  EXPECT_EQ(opinion_of("audit-lines", "AUD-3", line("{\"command\":\"a\"}\n{\"command\":\"b\"}")),
            opinion::broken);
  EXPECT_EQ(opinion_of("audit-lines", "AUD-3", line("connect k")), opinion::broken);
  EXPECT_EQ(opinion_of("audit-lines", "AUD-3", line("{\"a\":\"" + std::string(300, 'x') + "\"}")),
            opinion::broken);
  EXPECT_EQ(opinion_of("audit-lines", "AUD-3", audited().until(60)), opinion::nothing_to_see);
}

TEST(AuditChain, ShowsGapsAndEdits) {
  const auto pair_of = [](nlohmann::json first, nlohmann::json second) {
    tape out = audited();
    audit(out, 2, first);
    audit(out, 3, second);
    return out.until(60);
  };
  EXPECT_EQ(opinion_of("audit-chain", "AUD-4", pair_of({{"seq", 1}}, {{"seq", 2}})), opinion::fine);
  EXPECT_EQ(opinion_of("audit-chain", "AUD-4", pair_of({{"seq", 1}}, {{"seq", 3}})), opinion::broken);
  EXPECT_EQ(opinion_of("audit-chain", "AUD-4", pair_of({{"hash", "a"}}, {{"prev", "a"}})), opinion::fine);
  EXPECT_EQ(opinion_of("audit-chain", "AUD-4", pair_of({{"hash", "a"}}, {{"prev", "b"}})), opinion::broken);
  EXPECT_EQ(opinion_of("audit-chain", "AUD-4", pair_of({{"x", 1}}, {{"x", 2}})), opinion::broken);
  EXPECT_EQ(opinion_of("audit-chain", "AUD-4", audited().until(60)), opinion::nothing_to_see);
}

TEST(AuditDiscretion, KeepsParametersContentsAndSecrets) {
  const auto recorded = [](const nlohmann::json& line) {
    tape out = with_streams(1, 1);
    out.event(3, 1, "command",
              {{"request_id", audited_id},
               {"command", "list_pods"},
               {"timeout", 30.0},
               {"params", {{"namespace", "payments"}, {"label_selector", "app=vault"}}}});
    audit(out, 3, line);
    return out.until(60);
  };
  EXPECT_EQ(opinion_of("audit-discretion", "AUD-5", recorded({{"team_node_id", "payments"}})), opinion::fine);
  EXPECT_EQ(opinion_of("audit-discretion", "AUD-5", recorded({{"x", "app=vault"}})), opinion::broken);
  EXPECT_EQ(opinion_of("audit-discretion", "AUD-5", recorded({{"x", "kfx-canary-000000000000"}})),
            opinion::broken);
  tape leaking = with_streams(1, 1);
  leaking.logs(2, "gateway", "audit", {{"leak", "k"}});
  EXPECT_EQ(opinion_of("audit-discretion", "AUD-5", leaking.until(60)), opinion::broken);
  EXPECT_EQ(opinion_of("audit-discretion", "AUD-5", audited().until(60)), opinion::nothing_to_see);
}

}  // namespace
}  // namespace kitfox::conformance
