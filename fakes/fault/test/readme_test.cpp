#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fakes/fault/test/path_script.hpp"
#include "fakes/fault/vocabulary.hpp"

namespace kitfox::fault::faults {
fault_kind stutter();
}

namespace kitfox::fault::test {
namespace {

std::string file(const std::string& name) {
  std::ifstream in{std::string{KITFOX_FAULT_FOLDER} + "/" + name};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto from = text.find(begin);
  if (from == std::string::npos) return "";
  const auto to = text.find(end, from + begin.size());
  return text.substr(from + begin.size(), to - from - begin.size());
}

TEST(Readme, HoldsTheVocabularyOfTheRegistry) {
  EXPECT_EQ(between(file("README.md"), "<!-- vocabulary -->\n\n", "<!-- end -->"),
            print_vocabulary(registry::standard()));
}

TEST(Readme, HoldsTheKeysOfAMatch) {
  EXPECT_EQ(between(file("README.md"), "<!-- match -->\n\n", "\n<!-- end -->"), print_match_vocabulary());
}

TEST(Readme, ShowsTheFaultThatIsCompiledHereInUnder60Lines) {
  const std::string shown = between(file("README.md"), "```cpp\n", "```");
  EXPECT_EQ(shown, file("test/stutter_fault.cpp"));
  EXPECT_LT(std::count(shown.begin(), shown.end(), '\n'), 60);
}

TEST(Readme, TheFaultItShowsWorks) {
  const registry with_it{{faults::stutter()}};
  plan_diagnostics why;
  auto plan = with_it.plan("stutter#1", "stutter", nlohmann::json{{"pause", "3s"}}, why);
  ASSERT_TRUE(plan.has_value()) << why.message;
  path_script script;
  script.dial();
  ASSERT_TRUE(script.on().add(std::move(*plan), {}).has_value());
  script.client("a");
  script.client("b");
  script.client("c");
  script.until(5s);
  EXPECT_EQ(script.log(), (lines{"0 1 server \"a\"", "3s 1 server \"b\"", "3s 1 server \"c\""}));
}

}  // namespace
}  // namespace kitfox::fault::test
