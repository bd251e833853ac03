#include "conformance/spec/requirement_text.hpp"

#include <gtest/gtest.h>

#include "conformance/spec/coverage_table.hpp"

namespace kitfox::conformance {
namespace {

requirement example_requirement() {
  requirement one;
  one.id = "REV-1";
  one.role = requirement_role::gateway;
  one.profile = requirement_profile::secure;
  one.area = "revocation";
  one.text = "A gateway MUST close a revoked key's streams.";
  return one;
}

TEST(RequirementBlock, IsAQuotationThatIsFoundAgain) {
  const std::string block = print_requirement_block(example_requirement());
  EXPECT_EQ(block, "> **REV-1** · MUST · gateway · secure\n> A gateway MUST close a revoked key's streams.");
  const auto found = find_requirement_blocks("# A\n\n## Keys\n\n" + block + "\n\nMore.\n> not one\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.front().id, "REV-1");
  EXPECT_EQ(found.front().heading, "Keys");
  EXPECT_EQ(found.front().text, block);
}

TEST(RequirementBlock, IsWrappedBetweenWords) {
  requirement one = example_requirement();
  one.text = std::string(100, 'a') + " " + std::string(30, 'b') + " c";
  EXPECT_EQ(print_requirement_block(one), "> **REV-1** · MUST · gateway · secure\n> " +
                                              std::string(100, 'a') + "\n> " + std::string(30, 'b') + " c");
}

TEST(RenewRequirementBlocks, ReplacesWhatDiffersAndLeavesTheRest) {
  const requirement one = example_requirement();
  const std::string before =
      "text\n> **REV-1** · SHOULD\n> old\n> words\n\n> **XX-1** · MUST\n> unknown\nend\n";
  const std::string after = renew_requirement_blocks(before, {&one, 1});
  EXPECT_EQ(after, "text\n" + print_requirement_block(one) + "\n\n> **XX-1** · MUST\n> unknown\nend\n");
  EXPECT_EQ(renew_requirement_blocks(after, {&one, 1}), after);
}

TEST(RenewRegistry, PutsTheProofsInPlaceAndKeepsTheRest) {
  const std::string before =
      R"({"format": "v", "requirements": [{"id": "A-1", "checks": ["gone"], "text": "x"}, {"id": "A-2"}]})";
  const std::string after = renew_registry(before, {{"A-1", {{"c"}, {"s", "t"}, {}}}});
  EXPECT_EQ(after,
            "{\n  \"format\": \"v\",\n  \"requirements\": [\n    {\n      \"id\": \"A-1\",\n      \"text\": "
            "\"x\",\n"
            "      \"checks\": [\"c\"],\n      \"scenarios\": [\"s\",\"t\"],\n      \"mutants\": []\n    },\n"
            "    {\n      \"id\": \"A-2\",\n      \"checks\": [],\n      \"scenarios\": [],\n      "
            "\"mutants\": []\n"
            "    }\n  ]\n}\n");
}

TEST(Coverage, CountsWhatIsCheckedAndSaysWhyTheRestIsNot) {
  requirement checked = example_requirement(), hidden = example_requirement(), open = example_requirement();
  checked.checks = {"revoked-streams"};
  checked.scenarios = {"revocation/one"};
  checked.mutants = {"gateway-revokes-on-paper"};
  checked.partly = "What it does at night.";
  hidden.id = "REV-2";
  hidden.not_testable = "It is inside.";
  open.id = "REV-3";
  open.unchecked = "Nobody wrote it.";
  const requirement all[] = {checked, hidden, open};
  const std::string table = print_coverage(all);
  EXPECT_NE(table.find("| revocation | 3 | 1 | 1 | 1 |"), table.npos) << table;
  EXPECT_NE(table.find("| **all** | 3 | 1 | 1 | 1 |"), table.npos) << table;
  EXPECT_NE(table.find("| revoked-streams | revocation/one | gateway-revokes-on-paper |"), table.npos)
      << table;
  EXPECT_NE(table.find("not testable: It is inside."), table.npos) << table;
  EXPECT_NE(table.find("| REV-1 | What it does at night. |"), table.npos) << table;
  EXPECT_NE(table.find("not yet: Nobody wrote it."), table.npos) << table;
}

}  // namespace
}  // namespace kitfox::conformance
