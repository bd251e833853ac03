#include "conformance/world/program_command.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

using words = std::vector<std::string>;

TEST(SplitCommandLine, SplitsAsAShellDoes) {
  EXPECT_EQ(split_command_line("a  b\tc"), (words{"a", "b", "c"}));
  EXPECT_EQ(split_command_line(R"(a 'b c' "d e")"), (words{"a", "b c", "d e"}));
  EXPECT_EQ(split_command_line(R"(a\ b 'c\d' "e\"f" "g\h")"), (words{"a b", R"(c\d)", R"(e"f)", R"(g\h)"}));
  EXPECT_EQ(split_command_line(R"(--flag='x y'z "")"), (words{"--flag=x yz", ""}));
}

TEST(SplitCommandLine, RefusesWhatIsLeftOpenOrEmpty) {
  for (const char* text : {"", "  ", "a 'b", "a \"b", "a\\"}) EXPECT_FALSE(split_command_line(text)) << text;
}

TEST(QuoteWord, IsReadBackAsItWas) {
  for (const std::string word : {"plain", "with blank", "it's", "a\"b", "", "$x", "back\\slash", "*"}) {
    const auto read = split_command_line("x " + quote_word(word));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->at(1), word);
  }
  EXPECT_EQ(quote_word("scenarios/a-b_c.yaml"), "scenarios/a-b_c.yaml");
}

TEST(CommandOrReference, WhatCannotBeSplitIsOneWord) {
  EXPECT_EQ(command_or_reference("a 'b", "kitfox-agent"), (words{"a 'b"}));
  EXPECT_EQ(command_or_reference("a b", "kitfox-agent"), (words{"a", "b"}));
  EXPECT_EQ(command_or_reference("", "kitfox-agent"), (words{beside_this_program("kitfox-agent")}));
}

}  // namespace
}  // namespace kitfox::conformance
