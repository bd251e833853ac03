// The tables of commands in SPEC.md against those that the judge goes by.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>

#include "conformance/judge/result_tables.hpp"
#include "conformance/spec/test/document_file.hpp"
#include "protocol/commands.hpp"

namespace kitfox::conformance {
namespace {

using member_names = std::vector<std::string>;

/// The names in a cell, with those of inner members behind the one that has them.
member_names names_in(const std::string& cell) {
  static const std::regex quoted{"`([a-z_]+)`|([()])"};
  member_names out;
  for (std::sregex_iterator one{cell.begin(), cell.end(), quoted}, end; one != end; ++one)
    out.push_back((*one)[1].matched ? (*one)[1].str() : (*one)[2].str());
  return out;
}

void list_names(std::span<const result_member> members, member_names& out) {
  for (const result_member& one : members) {
    out.emplace_back(one.name);
    if (one.of.empty()) continue;
    out.emplace_back("(");
    list_names(one.of, out);
    out.emplace_back(")");
  }
}

std::map<std::string, member_names> tables_in_the_document() {
  std::map<std::string, member_names> out;
  std::istringstream in{read_document(std::filesystem::path{KITFOX_SPEC} / "SPEC.md")};
  static const std::regex row{R"(\| `([a-z_]+)` \|[^|]*\|([^|]*)\|)"};
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    inside = line.starts_with("| command | parameters") || (inside && line.starts_with("|"));
    std::smatch found;
    if (inside && std::regex_match(line, found, row)) out[found[1].str()] = names_in(found[2].str());
  }
  return out;
}

TEST(ResultTables, OfTheDocumentAreThoseOfTheJudge) {
  std::map<std::string, member_names> judged;
  for (const result_table& one : result_tables()) list_names(one.members, judged[std::string{one.command}]);
  EXPECT_EQ(tables_in_the_document(), judged);
  for (const protocol::command_rule& rule : protocol::command_list())
    EXPECT_TRUE(judged.contains(std::string{rule.name})) << rule.name;
}

}  // namespace
}  // namespace kitfox::conformance
