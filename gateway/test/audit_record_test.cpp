#include "gateway/audit_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/idempotency_table.hpp"
#include "gateway/status_table.hpp"

namespace kitfox::gateway {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

audit_line print(const audit_record& record, audit_head& head) {
  return print_audit_line(record, runtime::wall_time{1'767'225'600s}, 256, head);
}

TEST(AuditRecord, IsOneLineOfJson) {
  audit_head head = empty_audit();
  audit_record record;
  record.kind = audit_kind::command;
  record.actor = "orchestrator";
  record.org_id = "acme";
  record.command = "list_pods";
  record.bytes = 17;
  record.took = 1500ms;
  const auto parsed = nlohmann::json::parse(print(record, head).text);
  EXPECT_EQ(parsed["seq"], 1);
  EXPECT_EQ(parsed["time"], "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(parsed["event"], "command");
  EXPECT_EQ(parsed["actor"], "orchestrator");
  EXPECT_EQ(parsed["bytes"], 17);
  EXPECT_EQ(parsed["ms"], 1500);
  EXPECT_FALSE(parsed.contains("outcome"));
}

TEST(AuditRecord, NothingInAFieldCanBreakTheLineOrForgeAMember) {
  audit_head head = empty_audit();
  std::string hostile = "x\r\n{\"seq\":2}\",\"outcome\":\"ok\\";
  hostile += '\0';
  hostile += "\x7f\xc3\xa9\xe2\x80\xa8";
  audit_record record;
  record.kind = audit_kind::command;
  record.command = hostile;
  record.instance_id = hostile;
  const std::string line = print(record, head).text;
  for (const char letter : line) EXPECT_TRUE(letter >= 0x20 && letter < 0x7f);
  const auto parsed = nlohmann::json::parse(line);
  EXPECT_FALSE(parsed.contains("outcome"));
  EXPECT_THAT(parsed["command"].get<std::string>(), testing::StartsWith("x\r\n{\"seq\":2}\","));
}

TEST(AuditRecord, FieldsAreCut) {
  audit_head head = empty_audit();
  const std::string lengthy(1000, 'a');
  audit_record record;
  record.command = lengthy;
  const auto parsed = nlohmann::json::parse(print(record, head).text);
  EXPECT_EQ(parsed["command"].get<std::string>(), std::string(256, 'a') + "...");
}

class AuditChain : public testing::Test {
 protected:
  void SetUp() override {
    audit_head head = empty_audit();
    for (const char* actor : {"a", "b", "c", "d"}) {
      audit_record record;
      record.actor = actor;
      lines_.push_back(print(record, head));
    }
  }
  runtime::error_code verify() const {
    audit_head head = empty_audit();
    for (const audit_line& line : lines_)
      if (const auto failure = verify_audit_line(line, head)) return failure;
    return {};
  }
  std::vector<audit_line> lines_;
};

TEST_F(AuditChain, AnUntouchedAuditHolds) { EXPECT_FALSE(verify()); }

TEST_F(AuditChain, AnEditShows) {
  lines_[1].text.replace(lines_[1].text.find("\"b\""), 3, "\"x\"");
  EXPECT_EQ(verify(), gateway_errc::audit_chain_broken);
}

TEST_F(AuditChain, AGapShows) {
  lines_.erase(lines_.begin() + 1);
  EXPECT_EQ(verify(), gateway_errc::audit_chain_broken);
}

TEST_F(AuditChain, ARenumberedRemovalShows) {
  lines_.erase(lines_.begin() + 1);
  lines_[1].sequence = 2;
  EXPECT_EQ(verify(), gateway_errc::audit_chain_broken);
}

TEST_F(AuditChain, AnInsertionShows) {
  audit_head forged = empty_audit();
  lines_.insert(lines_.begin() + 2, print({}, forged));
  lines_[2].sequence = 3;
  EXPECT_EQ(verify(), gateway_errc::audit_chain_broken);
}

TEST_F(AuditChain, GarbageShows) {
  lines_[0].text = "{}";
  EXPECT_EQ(verify(), gateway_errc::audit_chain_broken);
}

class Idempotency : public testing::Test {
 protected:
  idempotency_verdict begin(const std::string& key, const std::string& body,
                            const tenant& owner = {"o", "t"}) {
    return table_.begin(owner, key, body, "r-" + key, now_).verdict;
  }
  gateway_limits limits_;
  idempotency_table table_{limits_};
  runtime::mono_time now_{};
};

TEST_F(Idempotency, SharesTheRunningCallThenReplaysItsAnswer) {
  EXPECT_EQ(begin("k", "body"), idempotency_verdict::fresh);
  const auto running = table_.begin({"o", "t"}, "k", "body", "other", now_);
  EXPECT_EQ(running.verdict, idempotency_verdict::running);
  EXPECT_EQ(running.request_id, "r-k");
  table_.finish({"o", "t"}, "k", "answer", now_);
  const auto replay = table_.begin({"o", "t"}, "k", "body", "other", now_);
  EXPECT_EQ(replay.verdict, idempotency_verdict::replay);
  EXPECT_EQ(replay.answer, "answer");
}

TEST_F(Idempotency, AnotherBodyUnderTheSameKeyIsAConflict) {
  EXPECT_EQ(begin("k", "body"), idempotency_verdict::fresh);
  EXPECT_EQ(begin("k", "other"), idempotency_verdict::conflict);
  EXPECT_EQ(begin("k", "other", {"o", "u"}), idempotency_verdict::fresh);
}

TEST_F(Idempotency, ADroppedCallMayTryAgain) {
  EXPECT_EQ(begin("k", "body"), idempotency_verdict::fresh);
  table_.drop({"o", "t"}, "k");
  EXPECT_EQ(begin("k", "other"), idempotency_verdict::fresh);
}

TEST_F(Idempotency, EntriesBytesAndTimeAreBounded) {
  limits_.idempotency_entries_max = 2;
  limits_.idempotency_bytes_max = 10;
  EXPECT_EQ(begin("a", "x"), idempotency_verdict::fresh);
  EXPECT_EQ(begin("b", "x"), idempotency_verdict::fresh);
  EXPECT_EQ(begin("c", "x"), idempotency_verdict::full);
  table_.finish({"o", "t"}, "a", "12345", now_);
  EXPECT_EQ(begin("c", "x"), idempotency_verdict::fresh);
  table_.finish({"o", "t"}, "b", "12345678", now_);
  table_.finish({"o", "t"}, "c", "12345678", now_);
  EXPECT_EQ(table_.bytes(), 8u);
  now_ += limits_.idempotency_kept;
  EXPECT_EQ(begin("d", "x"), idempotency_verdict::fresh);
  EXPECT_EQ(table_.size(), 1u);
}

class Statuses : public testing::Test {
 protected:
  static route stream(session_id id, std::string cluster = "c1") {
    return {id, std::move(cluster), "i", "k", {}, {}};
  }
  gateway_policy policy_;
  status_table table_{policy_, 2};
};

TEST_F(Statuses, OnlyTheAgentMovesLastSeen) {
  table_.on_connected(stream(1), {}, runtime::wall_time{1s});
  table_.on_signal("c1", liveness_signal::response_post, runtime::wall_time{5s});
  table_.on_signal("c1", liveness_signal::heartbeat_timer, runtime::wall_time{9s});
  EXPECT_EQ(table_.find("c1")->last_seen, runtime::wall_time{5s});
}

TEST_F(Statuses, AnOlderStreamCannotOverwriteANewerOne) {
  table_.on_connected(stream(2), {"v2", {}, {}}, runtime::wall_time{2s});
  table_.on_connected(stream(1), {"v1", {}, {}}, runtime::wall_time{3s});
  EXPECT_EQ(table_.find("c1")->facts.agent_version, "v2");
}

TEST_F(Statuses, AreThoseOfTheNewestStreamThatIsOpen) {
  table_.on_connected(stream(1), {"v1", "1.20", 2}, runtime::wall_time{1s});
  table_.on_connected(stream(2), {"v2", {}, {}}, runtime::wall_time{2s});
  table_.on_connected(stream(3), {"v3", {}, {}}, runtime::wall_time{3s});
  table_.on_ended(stream(2));
  EXPECT_EQ(table_.find("c1")->facts.agent_version, "v3");
  table_.on_ended(stream(3));
  table_.on_ended(stream(3));
  EXPECT_EQ(table_.find("c1")->connected_at, runtime::wall_time{1s});
  EXPECT_EQ(table_.find("c1")->facts.agent_version, "v1");
  EXPECT_EQ(table_.find("c1")->facts.kubernetes_version, "1.20");
  EXPECT_EQ(table_.find("c1")->facts.node_count, 2);
  table_.on_ended(stream(1));
  EXPECT_EQ(table_.find("c1")->facts.agent_version, "v1");
}

TEST_F(Statuses, TheQuietestClusterIsForgotten) {
  table_.on_connected(stream(1, "c1"), {}, {});
  table_.on_connected(stream(2, "c2"), {}, {});
  table_.on_signal("c1", liveness_signal::response_post, {});
  table_.on_connected(stream(3, "c3"), {}, {});
  EXPECT_EQ(table_.size(), 2u);
  EXPECT_EQ(table_.find("c2"), nullptr);
  EXPECT_NE(table_.find("c1"), nullptr);
}

}  // namespace
}  // namespace kitfox::gateway
