#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"
#include "conformance/report/case_picture.hpp"
#include "conformance/report/html_report.hpp"
#include "conformance/report/saved_run.hpp"
#include "conformance/report/test/sample_runs.hpp"
#include "conformance/report/timeline.hpp"

namespace kitfox::conformance {
namespace {

using testing::HasSubstr;
using testing::Not;

tape with_programs() {
  tape out;
  out.starts(0, "prod/kubernetes", "kubernetes", "prod").starts(0, "gateway", "gateway");
  out.starts(0, "prod/0", "agent", "prod").issues_key(0, "k", "prod", "acme/payments");
  return out;
}

nlohmann::json picture_of(const transcript& run, const judgement& judged = {},
                          const picture_limits& limits = limits_for(verdict::fail)) {
  return nlohmann::json::parse(print_picture(run, judged, limits));
}

/// A judgement that blames what happened at `t`.
judgement blames(const transcript& run, double t) {
  judgement out;
  out.outcome = verdict::fail;
  finding one = a_finding("REC-1", finding::weight::failure, seconds(t));
  while (one.record + 1 < run.records().size() && run.records()[one.record].t < one.t) ++one.record;
  out.findings = {one};
  return out;
}

/// A run of heartbeats is in the transcript where it was written: when something else happened on its stream.
TEST(Timeline, ShowsARunOfHeartbeatsAtItsPlaceInTime) {
  transcript run;
  record one;
  ASSERT_TRUE(run.append(record{one}));
  one.kind = record_kind::step_begun;
  for (const auto& [t, name] : {std::pair{10, "early"}, {30, "late"}}) {
    one.t = seconds(t);
    one.name = name;
    ASSERT_TRUE(run.append(record{one}));
  }
  one.kind = record_kind::sse_quiet;
  one.t = one.last = seconds(20);
  one.name = "heartbeat";
  ASSERT_TRUE(run.append(record{one}));
  const std::string shown = print_timeline(run, 2);
  EXPECT_LT(shown.find("early"), shown.find("heartbeat"));
  EXPECT_LT(shown.find("heartbeat"), shown.find("late"));
  EXPECT_THAT(shown, HasSubstr(">    30.000000 s  step  late\n"));
  judgement judged = blames(run, 30);
  judged.findings[0].record = 2;
  std::vector<std::size_t> order;
  const auto picture = picture_of(run, judged);
  for (const auto& row : picture["records"]) order.push_back(row[0]);
  EXPECT_THAT(order, testing::ElementsAre(0, 1, 3, 2));
}

TEST(CasePicture, HasALaneForEachProgramAndTheNetwork) {
  tape run = with_programs();
  run.calls(1, 2, "1", {{"as", "acme/payments"}, {"cluster", "prod"}}, "list_pods", 200, {{"ok", true}});
  const auto lanes = picture_of(run.until(10))["lanes"];
  std::vector<std::string> kinds;
  for (const auto& one : lanes) kinds.push_back(one["kind"]);
  EXPECT_THAT(kinds, testing::ElementsAre("callers", "gateway", "network", "agent", "kubernetes"));
}

TEST(CasePicture, AStreamIsABarFromItsDialToItsEnd) {
  tape run = with_programs();
  run.connects(1, 7, "prod/0", "k").cut(5, 7, "rst");
  const transcript tape = run.until(10);
  const auto bar = picture_of(tape)["connections"][0];
  EXPECT_EQ(bar["id"], 7);
  EXPECT_EQ(bar["stream"], true);
  EXPECT_EQ(bar["status"], 200);
  EXPECT_EQ(bar["how"], "rst");
  EXPECT_EQ(tape.records()[bar["from"]].kind, record_kind::dial);
  EXPECT_EQ(tape.records()[bar["connected"]].name, "connected");
  EXPECT_EQ(tape.records()[bar["until"]].t, seconds(5));
}

TEST(CasePicture, AWaitStandsAgainstFullJitterOfItsPlaceInTheRow) {
  tape run = with_programs();
  double t = 1;
  std::uint64_t conn = 1;
  run.dials(t, conn, "prod/0->gateway", "refuse");
  for (const double wait : {0.9, 1.9, 3.9, 7.9, 15.9, 31.9, 59.9, 59.9})
    run.dials(t += wait, ++conn, "prod/0->gateway", "refuse");
  const auto waits = picture_of(run.until(400))["waits"];
  const auto milliseconds = [](const nlohmann::json& microseconds) {
    return (microseconds.get<std::int64_t>() + 500) / 1000;
  };
  std::vector<std::int64_t> ceilings;
  for (const auto& one : waits) {
    ceilings.push_back(milliseconds(one["ceiling"]));
    EXPECT_EQ(one["is"], "allowed");
    EXPECT_EQ(one["floor"], 0);
  }
  EXPECT_THAT(ceilings, testing::ElementsAre(1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000));
  EXPECT_EQ(milliseconds(waits[2]["from"]), 3800);
  EXPECT_EQ(milliseconds(waits[2]["delay"]), 3900);
}

TEST(CasePicture, AWaitOutsideOfItsEnvelopeIsMarked) {
  tape run = with_programs();
  run.dials(1, 1, "prod/0->gateway", "refuse").dials(3.5, 2, "prod/0->gateway", "refuse");
  run.refused(4, 3, "prod/0", "k", 503, {{"retry-after", "30"}});
  run.dials(10, 4, "prod/0->gateway", "refuse");
  const auto waits = picture_of(run.until(100))["waits"];
  EXPECT_EQ(waits[0]["is"], "late");
  EXPECT_EQ(waits[2]["is"], "early");
  EXPECT_EQ(waits[2]["floor"], 30'000'000);
}

TEST(CasePicture, ACommandIsAnArrowThereAndBack) {
  tape run = with_programs();
  run.connects(1, 1, "prod/0", "k").command(2, 1, "c1", "list_pods");
  run.responds(3, 2, "prod/0", "k", "c1", {{"ok", true}});
  run.command(4, 1, "c2", "list_nodes", 30, tape::ends::sent_only);
  const transcript tape = run.until(10);
  const auto commands = picture_of(tape)["commands"];
  EXPECT_EQ(commands[0]["name"], "list_pods");
  EXPECT_EQ(tape.records()[commands[0]["delivered"]].at, wire_end::client);
  EXPECT_EQ(tape.records()[commands[0]["arrived"]].at, wire_end::server);
  EXPECT_TRUE(commands[1]["delivered"].is_null());
  EXPECT_TRUE(commands[1]["answered"].is_null());
}

TEST(CasePicture, AFaultIsASpanWithTheTimesAtWhichItActed) {
  tape run = with_programs();
  run.plans_fault(1, "refuse#2", "*->gateway");
  run.dials(2, 1, "prod/0->gateway", "refuse").fires_fault(2, "refuse#2", 1).heals_fault(5, "refuse#2");
  const transcript tape = run.until(10);
  const auto fault = picture_of(tape)["faults"][0];
  EXPECT_EQ(fault["link"], "*->gateway");
  EXPECT_EQ(fault["count"], 1);
  EXPECT_EQ(tape.records()[fault["fired"][0]].t, seconds(2));
  EXPECT_EQ(tape.records()[fault["until"]].t, seconds(5));
}

TEST(CasePicture, ACutIsOverAtOnceAndWhatIsNotHealedIsNot) {
  tape run = with_programs();
  run.connects(1, 1, "prod/0", "k").plans_fault(2, "cut_established#1", "*->gateway");
  run.fires_fault(2, "cut_established#1", 1).plans_fault(3, "blackhole#2", "*->gateway");
  const transcript tape = run.until(10);
  const auto faults = picture_of(tape)["faults"];
  EXPECT_EQ(tape.records()[faults[0]["until"]].t, seconds(2));
  EXPECT_TRUE(faults[1]["until"].is_null());
}

TEST(CasePicture, OverALimitKeepsWhatIsNearTheFailingPointAndCountsTheRest) {
  tape run = with_programs();
  for (std::uint64_t i = 1; i <= 50; ++i) run.dials(static_cast<double>(i), i, "prod/0->gateway", "refuse");
  const transcript tape = run.until(100);
  picture_limits limits;
  limits.connections_max = 5;
  limits.waits_max = 3;
  const auto picture = picture_of(tape, blames(tape, 30), limits);
  std::vector<int> kept;
  for (const auto& one : picture["connections"]) kept.push_back(one["id"]);
  EXPECT_THAT(kept, testing::ElementsAre(28, 29, 30, 31, 32));
  EXPECT_EQ(picture["waits"].size(), 3U);
  EXPECT_THAT(picture["left_out"].dump(), HasSubstr(R"({"count":45,"of":50,"what":"connections"})"));
  EXPECT_EQ(picture["findings"][0]["first"], true);
  EXPECT_EQ(tape.records()[picture["findings"][0]["at"]].t, seconds(30));
}

TEST(CasePicture, EveryKindOfThingHasItsLimit) {
  tape run = with_programs();
  run.connects(1, 1, "prod/0", "k").signals(1, "prod/0", "pause").signals(1, "prod/0", "resume");
  for (int i = 0; i < 9; ++i) {
    const double t = 2 + i;
    const std::string id = std::to_string(i);
    run.command(t, 1, "c" + id, "list_pods");
    run.reads(t, t, 100 + static_cast<std::uint64_t>(i), "prod/0", "/version");
    run.calls(t, t, id, {{"as", "acme/payments"}, {"cluster", "prod"}}, "list_pods", 200, {{"ok", true}});
    run.step(t, t, id, "wait");
    run.plans_fault(t, "rst#" + id, "*->gateway").fires_fault(t, "rst#" + id, 1);
    run.exits(t, "prod/0", 1).starts(t, "prod/0", "agent", "prod");
  }
  const transcript tape = run.until(20);
  judgement judged = blames(tape, 5);
  judged.findings.resize(9, judged.findings[0]);
  picture_limits limits;
  limits.connections_max = limits.commands_max = limits.exchanges_max = limits.calls_max = 2;
  limits.faults_max = limits.lives_max = limits.steps_max = limits.findings_max = 2;
  limits.firings_max = 1;
  const auto picture = picture_of(tape, judged, limits);
  for (const char* kind :
       {"connections", "commands", "exchanges", "calls", "faults", "lives", "steps", "findings"})
    EXPECT_EQ(picture[kind].size(), 2U) << kind;
  std::vector<std::string> left_out;
  for (const auto& one : picture["left_out"]) left_out.push_back(one["what"]);
  for (const char* what : {"connections", "commands", "requests", "calls", "faults", "firings of faults",
                           "lives of processes", "steps", "findings"})
    EXPECT_THAT(left_out, testing::Contains(what));
}

TEST(CasePicture, OfAHerdDrawsTheAgentsOfWhichSomethingWasFound) {
  tape run;
  run.starts(0, "gateway", "gateway");
  for (int i = 0; i < 40; ++i) run.starts(0, "prod/" + std::to_string(i), "agent", "prod");
  const transcript tape = run.until(10);
  judgement judged = blames(tape, 5);
  judged.findings[0].subject = "prod/33";
  const auto picture = picture_of(tape, judged);
  EXPECT_THAT(picture["lanes"].dump(), HasSubstr("prod/33"));
  EXPECT_EQ(picture["lanes"].size(), limits_for(verdict::fail).agents_max + 2);
  EXPECT_THAT(picture["left_out"].dump(), HasSubstr(R"({"count":32,"of":40,"what":"agents"})"));
}

TEST(CasePicture, QuotesRecordsWithinTheirBounds) {
  tape run = with_programs();
  run.dials(1, 1, "prod/0->gateway").asks(1, 1, 1, "POST", "/x", "", std::string(5000, 'y'));
  const transcript tape = run.until(10);
  picture_limits limits;
  limits.record_bytes_max = 100;
  limits.records_max = 3;
  const auto picture = picture_of(tape, {}, limits);
  std::size_t quoted = 0;
  for (const auto& one : picture["records"]) {
    if (one.size() < 4) continue;
    ++quoted;
    EXPECT_LE(one[3].get<std::string>().size(), 100 + std::string{"..."}.size());
  }
  EXPECT_EQ(quoted, 3U);
  EXPECT_THAT(picture["left_out"].dump(), HasSubstr("quotes of records"));
}

TEST(Html, DataCannotEndItsScript) {
  run_result all = run_of("</script><script>alert(1)</script><!-- <script> --> " + odd);
  all.cases[0].picture = R"({"records": [[0, 0, "</script><!--"]]})";
  const std::string page = print_html(all);
  const auto count = [&](const std::string& word) {
    std::size_t out = 0;
    for (std::size_t at = page.find(word); at != std::string::npos; at = page.find(word, at + 1)) ++out;
    return out;
  };
  EXPECT_EQ(count("alert(1)</script"), 0U);
  EXPECT_EQ(count("<script"), count("</script"));
  EXPECT_EQ(count("id=\"picture-0\""), 1U);
}

TEST(Html, ReadsBackAsTheResultsThatItWasMadeOf) {
  const std::string page = print_html(odd_run());
  const std::string begin = "<script type=\"application/json\" id=\"results\">";
  const std::size_t from = page.find(begin) + begin.size();
  const auto data = nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
  EXPECT_EQ(data["cases"].size(), 6U);
  EXPECT_EQ(data["verdict"], "harness-error");
}

TEST(Html, AsksNothingOfANetwork) {
  const std::string page = print_html(odd_run());
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* reference : {"src=\"", "@import", "url(http", "fetch(", "XMLHttpRequest", "href=\"http"})
    EXPECT_THAT(page, Not(HasSubstr(reference))) << reference;
}

TEST(Html, OverItsBoundLeavesOutTimelinesOfWhatPassedFirst) {
  run_result all = with_verdicts({verdict::pass, verdict::fail, verdict::pass});
  const std::string big = "\"" + std::string(pictures_bytes_max / 2 - 10, 'x') + "\"";
  for (case_result& one : all.cases) one.picture = big;
  const std::string page = print_html(all);
  EXPECT_THAT(page, HasSubstr("id=\"picture-1\""));
  EXPECT_THAT(page, HasSubstr("id=\"picture-0\""));
  EXPECT_THAT(page, Not(HasSubstr("id=\"picture-2\"")));
  EXPECT_THAT(page, HasSubstr("\"pictures_left_out\":1"));
}

TEST(Reports, EveryViewOfAnEmptyRunSaysThatThereWasNothing) {
  for (const report_file& one : print_reports({})) EXPECT_FALSE(one.text.empty()) << one.name;
  EXPECT_EQ(print_reports({}).size(), 6U);
}

}  // namespace
}  // namespace kitfox::conformance
