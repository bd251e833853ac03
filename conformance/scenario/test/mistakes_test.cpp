// One small scenario for each mistake that a writer can make, and exactly what is said about it.
//
// mistakes.txt holds sections: a line `=== NAME`, the scenario, a line `---`, the messages. A scenario that
// does not begin with `kitfox:` is put together with a valid one: its top-level keys stand in for those
// below.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* valid_scenario[] = {
    "kitfox: scenario/v1\n",
    "title: a title\n",
    "area: connect\n",
    "verifies: [CON-5]\n",
    "topology: {organisations: {acme: {teams: {payments: {clusters: {prod: {agents: 2}, staging: {}}}}}}}\n",
    "steps: [{await: {agent: \"*\", state: connected, within: 5s}}]\n",
};

struct mistake {
  std::string name, scenario, messages;
};

std::vector<mistake> read_mistakes() {
  std::vector<mistake> all;
  std::ifstream file{KITFOX_MISTAKES};
  std::string line;
  bool in_messages = false;
  while (std::getline(file, line)) {
    if (line.starts_with("=== ")) {
      all.push_back({line.substr(4), {}, {}});
      in_messages = false;
    } else if (line == "---") {
      in_messages = true;
    } else if (!all.empty()) {
      (in_messages ? all.back().messages : all.back().scenario) += line + "\n";
    }
  }
  return all;
}

bool has_key(const std::string& scenario, const std::string& line) {
  const std::string key = line.substr(0, line.find(':') + 1);
  return scenario.starts_with(key) || scenario.find("\n" + key) != std::string::npos;
}

std::string complete(const std::string& scenario) {
  if (scenario.starts_with("kitfox:")) return scenario;
  std::string whole;
  for (const char* const line : valid_scenario)
    if (!has_key(scenario, line)) whole += line;
  return whole + scenario;
}

std::string messages_of(const std::string& text) {
  std::string all;
  const loaded result = load_scenario_text(text, "x.yaml", {});
  for (const load_error& one : result.errors) all += to_string(one) + "\n";
  return all;
}

TEST(Mistakes, AreToldAtTheirPlaceInExactlyTheseWords) {
  const auto all = read_mistakes();
  ASSERT_GT(all.size(), 100U);
  for (const mistake& one : all) {
    const std::string text = complete(one.scenario);
    EXPECT_EQ(messages_of(text), one.messages) << "=== " << one.name << "\n" << text;
  }
}

TEST(Mistakes, HaveDifferentNames) {
  std::vector<std::string> names;
  for (const mistake& one : read_mistakes()) names.push_back(one.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(Mistakes, AreAbsentFromTheScenarioTheyAreMadeIn) { EXPECT_EQ(messages_of(complete("")), ""); }

TEST(Mistakes, StopEveryCaseOfTheFile) {
  const loaded result = load_scenario_text(complete("worlds: [sim, sockets, lve]\n"), "x.yaml", {});
  EXPECT_TRUE(result.cases.empty());
  EXPECT_EQ(result.errors.size(), 1U);
}

}  // namespace
}  // namespace kitfox::conformance
