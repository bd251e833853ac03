#include "agent/truncation.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace kitfox::agent {
namespace {

using nlohmann::json;

command_outcome success(json result) {
  command_outcome outcome;
  outcome.result = protocol::json_value{std::move(result)};
  return outcome;
}

json answer(json result, std::size_t bytes_max) {
  const std::string body = print_answer("r1", success(std::move(result)), bytes_max);
  EXPECT_LE(body.size(), bytes_max);
  return json::parse(body);
}

json pods(std::size_t count) {
  json rows = json::array();
  for (std::size_t index = 0; index < count; ++index)
    rows.push_back({{"name", "pod-" + std::to_string(index)}});
  return {{"namespace", "default"}, {"pod_count", count}, {"pods", rows}, {"continue", "token"}};
}

TEST(Truncation, LeavesWhatFitsAlone) {
  const json body = answer(pods(3), 1'000);
  EXPECT_EQ(body["request_id"], "r1");
  EXPECT_EQ(body["ok"], true);
  EXPECT_EQ(body["result"], pods(3));
  EXPECT_FALSE(body.contains("truncated"));
}

TEST(Truncation, KeepsTheMarkOfAResultThatWasCutAtTheSource) {
  command_outcome outcome = success(pods(1));
  outcome.truncated = true;
  EXPECT_EQ(json::parse(print_answer("r1", outcome, 1'000))["truncated"], true);
}

TEST(Truncation, DropsTheLastItemsOfAListAndCorrectsItsCount) {
  const json body = answer(pods(1'000), 2'000);
  EXPECT_EQ(body["truncated"], true);
  const json& result = body["result"];
  const std::size_t kept = result["pods"].size();
  EXPECT_GT(kept, 60u);
  EXPECT_EQ(result["pod_count"], kept);
  EXPECT_EQ(result["pods"].front()["name"], "pod-0");
  EXPECT_FALSE(result.contains("continue")) << "it would skip what was cut";
}

TEST(Truncation, FillsTheLimitAsFarAsItCan) {
  const std::string body = print_answer("r1", success(pods(1'000)), 2'000);
  EXPECT_GT(body.size(), 2'000 - 25u);
}

TEST(Truncation, DropsTheOldestLinesOfALog) {
  std::string logs;
  for (int line = 0; line < 1'000; ++line) logs += "line " + std::to_string(line) + "\n";
  const json body = answer({{"pod_name", "p"}, {"logs", logs}, {"line_count", 1'000}}, 2'000);
  EXPECT_EQ(body["truncated"], true);
  const auto kept = body["result"]["logs"].get<std::string>();
  EXPECT_TRUE(kept.starts_with("line "));
  EXPECT_TRUE(kept.ends_with("line 999\n"));
  EXPECT_EQ(body["result"]["line_count"], std::count(kept.begin(), kept.end(), '\n'));
}

TEST(Truncation, CutsASingleEndlessLogLine) {
  const json body = answer({{"logs", std::string(5'000, 'x')}, {"line_count", 1}}, 1'000);
  EXPECT_GT(body["result"]["logs"].get<std::string>().size(), 800u);
  EXPECT_EQ(body["result"]["line_count"], 1);
}

TEST(Truncation, CountsWhatEscapingAdds) {
  const json body = answer({{"logs", std::string(900, '\x01')}, {"line_count", 1}}, 1'000);
  EXPECT_GT(body["result"]["logs"].get<std::string>().size(), 100u);
}

TEST(Truncation, ShortensLongTextsOfASingleObject) {
  const json body =
      answer({{"name", "web"}, {"annotations", {{"a", std::string(5'000, 'x')}, {"b", "short"}}}}, 1'000);
  EXPECT_EQ(body["truncated"], true);
  EXPECT_EQ(body["result"]["annotations"]["b"], "short");
  EXPECT_GT(body["result"]["annotations"]["a"].get<std::string>().size(), 500u);
}

TEST(Truncation, SaysTooLargeWhenNothingHelps) {
  json wide = json::object();
  for (int index = 0; index < 500; ++index) wide["member" + std::to_string(index)] = index;
  const json body = answer(wide, 500);
  EXPECT_EQ(body["ok"], false);
  EXPECT_EQ(body["error_code"], "too_large");
}

TEST(Truncation, CarriesFailuresWithTheirDetail) {
  command_outcome outcome;
  outcome.error_code = protocol::command_error::denied;
  outcome.error = "pods is forbidden";
  outcome.detail = protocol::error_detail{.code = 403, .verb = "list", .resource = "pods"};
  const json body = json::parse(print_answer("r1", outcome, 1'000));
  EXPECT_EQ(body["ok"], false);
  EXPECT_EQ(body["error_code"], "denied");
  EXPECT_EQ(body["error"], "pods is forbidden");
  EXPECT_EQ(body["error_detail"], json({{"code", 403}, {"verb", "list"}, {"resource", "pods"}}));
}

TEST(CutText, NeverSplitsACharacter) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";  // a, e acute, euro, emoji: 1+2+3+4 bytes
  const std::vector<std::size_t> expected{0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
  for (std::size_t bytes = 0; bytes <= text.size(); ++bytes) {
    std::string cut = text;
    cut_text(cut, bytes);
    EXPECT_EQ(cut.size(), expected[bytes]);
  }
}

}  // namespace
}  // namespace kitfox::agent
