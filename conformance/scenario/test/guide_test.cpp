// The guide for writers says what the schema says, and all of its examples are valid.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "conformance/scenario/scenario.hpp"
#include "conformance/scenario/schema_words.hpp"

namespace kitfox::conformance {
namespace {

std::string read_guide() {
  std::ifstream file{KITFOX_SOURCE_SCENARIOS "/README.md"};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The YAML blocks of the guide.
std::vector<std::string> read_blocks() {
  std::vector<std::string> blocks;
  std::istringstream lines{read_guide()};
  std::string line;
  bool inside = false;
  while (std::getline(lines, line)) {
    if (line == "```yaml") blocks.emplace_back();
    const bool fence = line.starts_with("```");
    if (inside && !fence) blocks.back() += line + "\n";
    if (fence) inside = line == "```yaml";
  }
  return blocks;
}

/// The entries of a block that is a list.
std::vector<std::string> entries_of(const std::string& block) {
  std::vector<std::string> entries;
  std::istringstream lines{block};
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("- ")) entries.emplace_back();
    if (!entries.empty() && !line.starts_with('#')) entries.back() += line + "\n";
  }
  return entries;
}

bool is_check(const std::string& entry) {
  for (const schema_word& one : schema_words())
    if (one.kind == schema_word::what::end_check && entry.starts_with("- " + one.name + ":")) return true;
  return false;
}

/// A scenario in which the names of the examples mean something.
std::string around(const std::string& entry) {
  const std::string listed = is_check(entry) ? "expect:\n" + entry : std::string{};
  return R"(kitfox: scenario/v1
title: around an example
area: connect
verifies: [CON-5]
worlds: [sim]
because: examples show the figures of sim
topology:
  organisations: {acme: {teams: {payments: {clusters: {prod-us-east-1: {agents: 2}, staging: {}}}}}}
do:
  flap: [{wait: 1s}]
steps:
  - include: flap
  - await: {agent: "*", state: connected, within: 10s}
  - {name: outage, for: 1s, refuse: {link: "*->gateway"}}
  - {name: slow_listing, beside: true, execute: {cluster: staging, command: list_pods}}
  - {name: burst, execute: {cluster: staging, command: list_pods}}
  - revoke: {cluster: staging}
  - blackhole: {link: "staging/*->gateway"}
  - stop: {node: staging/*}
)" + (is_check(entry) ? "" : entry) +
         "settle: 2h\n" + listed;
}

std::string mistakes_of(const std::string& text) {
  std::string all;
  const load_options options{{}, load_options::fixtures::not_looked_at};
  for (const load_error& one : load_scenario_text(text, "example.yaml", options).errors)
    all += to_string(one) + "\n";
  return all;
}

std::string indented(const std::string& entry) {
  std::string made;
  std::istringstream lines{entry};
  std::string line;
  while (std::getline(lines, line)) made += "  " + line + "\n";
  return made;
}

TEST(Guide, ShowsValidExamplesOnly) {
  std::size_t shown = 0;
  for (const std::string& block : read_blocks()) {
    if (block.starts_with("kitfox:")) {
      EXPECT_EQ(mistakes_of(block), "") << block;
      ++shown;
      continue;
    }
    for (const std::string& entry : entries_of(block)) {
      const std::string text = is_check(entry) ? around(entry) : around(indented(entry));
      EXPECT_EQ(mistakes_of(text), "") << text;
      ++shown;
    }
  }
  EXPECT_GT(shown, schema_words().size());
}

TEST(Guide, DescribesEveryWordInTheWordsOfTheSchema) {
  std::string flat = read_guide();
  for (std::size_t at = 0; (at = flat.find("\n# ", at)) != std::string::npos;) flat.replace(at, 3, " ");
  for (const schema_word& one : schema_words()) {
    EXPECT_NE(flat.find(one.description), std::string::npos) << one.name << ": " << one.description;
    EXPECT_NE(flat.find("\n- " + one.name + ": "), std::string::npos) << one.name;
  }
}

}  // namespace
}  // namespace kitfox::conformance
