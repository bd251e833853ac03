// The table of SSE.md against the corpus: every case is judged by cases that there are, or has a reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "conformance/scenario/corpus.hpp"
#include "conformance/spec/test/document_file.hpp"

namespace kitfox::conformance {
namespace {

struct sse_row {
  std::string id, what, judged;
};

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::vector<sse_row> sse_rows() {
  std::vector<sse_row> out;
  std::istringstream in{read_document(std::filesystem::path{KITFOX_SPEC} / "SSE.md")};
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| ") || line.starts_with("| case") || line.starts_with("| ---")) continue;
    std::vector<std::string> cells;
    std::istringstream parts{line.substr(1)};
    for (std::string cell; std::getline(parts, cell, '|');) cells.push_back(trimmed(cell));
    EXPECT_EQ(cells.size(), 3U) << line;
    if (cells.size() == 3) out.push_back({cells[0], cells[1], cells[2]});
  }
  return out;
}

std::vector<std::string> quoted(const std::string& cell) {
  std::vector<std::string> out;
  for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
    const std::size_t end = cell.find('`', at + 1);
    out.push_back(cell.substr(at + 1, end - at - 1));
    at = end;
  }
  return out;
}

TEST(SseCases, AreAllThere) {
  const std::map<char, unsigned> groups{{'E', 16}, {'L', 11}, {'F', 25}, {'I', 13}, {'R', 9},
                                        {'C', 10}, {'X', 5},  {'K', 16}, {'H', 17}};
  std::map<char, unsigned> found;
  for (const sse_row& one : sse_rows()) {
    const unsigned number = ++found[one.id.front()];
    EXPECT_EQ(one.id, std::string{one.id.front()} + (number < 10 ? "0" : "") + std::to_string(number));
    EXPECT_GT(one.what.size(), 8U) << one.id;
  }
  EXPECT_EQ(found, groups);
}

TEST(SseCases, AreJudgedOverSocketsByCasesThatThereAreOrHaveAReason) {
  const std::vector<std::string> roots{KITFOX_SCENARIOS};
  std::set<std::string> cases;
  for (const scenario_case& one : load_corpus(roots).cases)
    if (one.world == world_kind::sockets) cases.insert(one.id);
  std::size_t judged = 0;
  for (const sse_row& one : sse_rows()) {
    const std::vector<std::string> names = quoted(one.judged);
    if (!one.judged.starts_with('`')) {
      EXPECT_TRUE(names.empty() && one.judged.size() > 20 && one.judged.ends_with('.')) << one.id;
      continue;
    }
    ++judged;
    for (const std::string& name : names) EXPECT_TRUE(cases.contains(name)) << one.id << ": no case " << name;
  }
  EXPECT_GE(judged, 105U);
}

}  // namespace
}  // namespace kitfox::conformance
