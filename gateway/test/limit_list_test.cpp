#include "gateway/limit_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kitfox::gateway {
namespace {

namespace fs = std::filesystem;

/// What every file under `folder` with that extension holds, one after another.
std::string whole_text_of(const fs::path& folder, const char* extension) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    if (entry.path().extension() != extension) continue;
    std::ifstream in{entry.path(), std::ios::binary};
    all.append(std::istreambuf_iterator<char>{in}, {});
  }
  return all;
}

/// Whether `text` has `word`, with nothing behind it that would make it another one.
bool has_word(const std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const unsigned char next = at + word.size() < text.size() ? text[at + word.size()] : ' ';
    if (std::isalnum(next) == 0 && next != '_') return true;
  }
  return false;
}

/// The lines of scenarios that set something of their gateway.
std::string gateway_settings_of(const std::string& scenarios) {
  std::istringstream in{scenarios};
  std::string all;
  for (std::string line; std::getline(in, line);)
    if (const std::size_t at = line.find("gateway: {"); at != std::string::npos)
      all += line.substr(at) + '\n';
  return all;
}

TEST(LimitList, HasNoLimitThatNeitherATestNorAScenarioNames) {
  const fs::path here{KITFOX_GATEWAY_FOLDER};
  const std::string tests = whole_text_of(here / "test", ".cpp");
  const std::string settings = gateway_settings_of(whole_text_of(here / ".." / "scenarios", ".yaml"));
  ASSERT_FALSE(tests.empty());
  ASSERT_FALSE(settings.empty());
  const auto named = [&](std::string_view name) {
    const std::string member{name};
    std::string flag = "\"--" + member;
    std::replace(flag.begin(), flag.end(), '_', '-');
    return has_word(tests, "." + member) || has_word(tests, flag) || has_word(settings, member);
  };
  for (const count_limit& one : count_limits()) EXPECT_TRUE(named(one.name)) << one.name;
  for (const span_limit& one : span_limits()) EXPECT_TRUE(named(one.name)) << one.name;
  EXPECT_FALSE(named("agents_max"));
}

}  // namespace
}  // namespace kitfox::gateway
