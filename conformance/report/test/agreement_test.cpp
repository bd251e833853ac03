#include <gtest/gtest.h>

#include "conformance/report/abstract_trace.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* same_in_both = R"(kitfox: scenario/v1
title: a title
area: connect
verifies: [REC-9]
topology: {organisations: {acme: {teams: {payments: {clusters: {prod: {}}}}}}}
steps:
  - await: {agent: "*", state: connected, within: 5s}
  - execute: {cluster: prod, command: list_pods, times: 3}
)";

std::string replaced(std::string text, const std::string& old, const std::string& fresh) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, old.size(), fresh);
}

/// The scenario with something in it that has another value in each world.
std::string with_value(const std::string& old, const std::string& fresh, const std::string& by_world) {
  return replaced(replaced(same_in_both, old, fresh),
                  "topology:", "parameters: {value: " + by_world + "}\ntopology:");
}

/// Writes transcripts of one agent by hand.
class story {
 public:
  story(const std::string& scenario, const std::string& world) {
    record header;
    header.kind = record_kind::header;
    header.more = {{"case", "connect/x"}, {"world", world}, {"file", "x.yaml"}, {"scenario", scenario}};
    add(std::move(header));
    node(record_kind::node_started, "prod/0");
  }
  story& node(record_kind kind, const std::string& name, int status = 0) {
    record one;
    one.kind = kind;
    one.node = name;
    one.status = status;
    if (kind == record_kind::node_started) one.more = {{"kind", "agent"}, {"cluster", "prod"}};
    return add(std::move(one));
  }
  story& connected_too_late() {
    dial("prod/0");
    lost();
    return event();
  }
  story& connected(const std::string& by = "prod/0") {
    dial(by);
    return event();
  }
  story& lost() {
    record end;
    end.kind = record_kind::end_delivered;
    end.conn = connections_;
    end.name = "fin";
    return add(end);
  }
  story& call(const std::string& answer, std::size_t step = 1) {
    record begun;
    begun.kind = record_kind::call_begun;
    begun.name = "list_pods";
    begun.id = std::to_string(++calls_);
    begun.more = {{"step", step}};
    record ended = begun;
    ended.kind = record_kind::call_ended;
    ended.status = 200;
    ended.text = answer;
    add(begun);
    return add(ended);
  }
  story& broken_off(const std::string& why) {
    record footer;
    footer.kind = record_kind::footer;
    footer.more = {{"harness_failure", why}};
    return add(std::move(footer));
  }
  story& wait(instant span) {
    now_ += span;
    return *this;
  }
  [[nodiscard]] const transcript& tape() const { return tape_; }

 private:
  void dial(const std::string& by) {
    record one;
    one.kind = record_kind::dial;
    one.conn = ++connections_;
    one.link = by + "->gateway";
    add(one);
    add(on_stream(record_kind::http_request, "GET"));
  }
  story& event() { return add(on_stream(record_kind::sse_event, "connected")); }
  record on_stream(record_kind kind, const std::string& name) const {
    record one;
    one.kind = kind;
    one.conn = connections_;
    one.exchange = 1;
    one.name = name;
    one.target = "/gateway/agent/connect";
    return one;
  }
  story& add(record one) {
    one.t = now_ += 1;
    EXPECT_TRUE(tape_.append(std::move(one)));
    return *this;
  }
  transcript tape_;
  instant now_ = 0;
  std::uint64_t connections_ = 0;
  int calls_ = 0;
};

constexpr const char* fine = R"({"ok": true})";
constexpr const char* busy = R"({"ok": false, "error_code": "busy"})";

TEST(Agreement, TimesDoNotCount) {
  story left{same_in_both, "sim"}, right{same_in_both, "sockets"};
  left.connected().lost().connected().call(fine).call(busy);
  right.wait(5).connected().wait(500).lost().connected().wait(7).call(busy).call(fine);
  EXPECT_EQ(compare_runs(left.tape(), right.tape()).is, agreement::outcome::agree);
}

TEST(Agreement, TheFirstDifferenceIsToldWithBothSides) {
  story left{same_in_both, "sim"}, right{same_in_both, "sockets"};
  left.connected().lost().connected();
  right.connected().lost();
  const agreement found = compare_runs(left.tape(), right.tape());
  ASSERT_EQ(found.is, agreement::outcome::differ);
  EXPECT_EQ(print_disagreement(*found.first, "sim", "sockets"),
            "agent prod/0\n  sim      started, connected, disconnected, connected\n"
            "  sockets  started, connected, disconnected\n");
}

TEST(Agreement, AnEventThatComesAfterTheAgentTurnedAwayConnectsNobody) {
  story left{same_in_both, "sim"}, right{same_in_both, "sockets"};
  left.connected();
  right.connected_too_late().connected();
  EXPECT_EQ(compare_runs(left.tape(), right.tape()).is, agreement::outcome::agree);
}

TEST(Agreement, OutcomesOfAStepAreComparedWithTheirNumbers) {
  story left{same_in_both, "sim"}, right{same_in_both, "sockets"};
  left.call(fine).call(fine).call(busy);
  right.call(fine).call(busy).call(busy);
  const agreement found = compare_runs(left.tape(), right.tape());
  ASSERT_EQ(found.is, agreement::outcome::differ);
  EXPECT_EQ(found.first->about, "step 1 (execute)");
  EXPECT_EQ(found.first->left, "1 busy, 2 ok");
  EXPECT_EQ(found.first->right, "2 busy, 1 ok");
}

TEST(Agreement, TheWayInWhichAProcessEndsCounts) {
  story left{same_in_both, "sim"}, right{same_in_both, "sockets"};
  left.connected().lost().node(record_kind::node_exited, "prod/0", 0);
  right.connected().node(record_kind::node_exited, "prod/0", 3);
  const agreement found = compare_runs(left.tape(), right.tape());
  ASSERT_EQ(found.is, agreement::outcome::differ);
  EXPECT_EQ(found.first->left, "started, connected, exited in order");
  EXPECT_EQ(found.first->right, "started, connected, exited with an error");
}

TEST(Agreement, RepetitionsFoldWhereTheScenarioSaysWhy) {
  const auto compared = [](const std::string& text, bool lost_at_last) {
    story left{text, "sim"}, right{text, "sockets"};
    left.connected().lost().connected().lost().connected().lost().connected();
    right.connected().lost().connected();
    if (lost_at_last) right.lost();
    return compare_runs(left.tape(), right.tape()).is;
  };
  const std::string other_values =
      with_value("steps:", "settle: \"{{value}}\"\nsteps:", "{sim: 1h, sockets: 1s}");
  EXPECT_EQ(compared(other_values, false), agreement::outcome::differ);
  const std::string said =
      replaced(other_values, "steps:", "agreement: {repeats: streams age by chance}\nsteps:");
  EXPECT_EQ(compared(said, false), agreement::outcome::agree);
  EXPECT_EQ(compared(said, true), agreement::outcome::differ);
}

TEST(Agreement, NumbersOfCallsDoNotCountWhereTheyDifferByWorld) {
  const std::string text = with_value("times: 3", "times: \"{{value}}\"", "{sim: 3, sockets: 1}");
  story left{text, "sim"}, right{text, "sockets"};
  left.call(fine).call(fine).call(fine);
  right.call(fine);
  EXPECT_EQ(compare_runs(left.tape(), right.tape()).is, agreement::outcome::agree);
  right.call(busy);
  EXPECT_EQ(compare_runs(left.tape(), right.tape()).is, agreement::outcome::differ);
}

TEST(Agreement, AgentsStandTogetherWhereTheirNumberDiffersByWorld) {
  const std::string text = with_value("prod: {}", "prod: {agents: \"{{value}}\"}", "{sim: 2, sockets: 1}");
  story left{text, "sim"}, right{text, "sockets"};
  left.connected().node(record_kind::node_started, "prod/1").connected("prod/1");
  right.connected();
  EXPECT_EQ(compare_runs(left.tape(), right.tape()).is, agreement::outcome::agree);
  left.lost();
  const agreement found = compare_runs(left.tape(), right.tape());
  ASSERT_EQ(found.is, agreement::outcome::differ);
  EXPECT_EQ(found.first->about, "the agents");
}

TEST(Agreement, AScenarioMaySayThatItsWorldsMayDiffer) {
  const std::string text =
      replaced(same_in_both, "steps:", "agreement: {skip: who is first is a matter of chance}\nsteps:");
  story left{text, "sim"}, right{text, "sockets"};
  left.connected();
  const agreement found = compare_runs(left.tape(), right.tape());
  EXPECT_EQ(found.is, agreement::outcome::excused);
  EXPECT_EQ(found.reason, "who is first is a matter of chance");
}

TEST(Agreement, ARunThatTheHarnessBrokeOffIsNotCompared) {
  story left{same_in_both, "sim"}, right{same_in_both, "sockets"};
  right.broken_off("the world did not come up");
  const agreement found = compare_runs(left.tape(), right.tape());
  EXPECT_EQ(found.is, agreement::outcome::not_the_same);
  EXPECT_EQ(found.reason, "the world did not come up");
}

TEST(Agreement, RunsOfDifferentScenariosAreNotCompared) {
  story left{same_in_both, "sim"}, right{std::string{same_in_both} + "\n", "sockets"};
  EXPECT_EQ(compare_runs(left.tape(), right.tape()).is, agreement::outcome::not_the_same);
}

}  // namespace
}  // namespace kitfox::conformance
