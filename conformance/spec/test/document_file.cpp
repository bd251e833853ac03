#include "conformance/spec/test/document_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace kitfox::conformance {

std::string read_document(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  EXPECT_TRUE(in) << file;
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

void expect_current(const std::filesystem::path& file, const std::string& text, std::string_view renewed_by) {
  if (std::getenv("KITFOX_RENEW") != nullptr) {
    std::ofstream out{file, std::ios::binary};
    EXPECT_TRUE(out << text << std::flush) << file;
    return;
  }
  const std::string present = std::filesystem::exists(file) ? read_document(file) : "";
  if (present == text) return;
  const auto differ = std::mismatch(present.begin(), present.end(), text.begin(), text.end());
  const auto line = 1 + std::count(present.begin(), differ.first, '\n');
  const std::size_t at = static_cast<std::size_t>(differ.second - text.begin());
  const std::size_t begin = text.rfind('\n', at == 0 ? 0 : at - 1) + 1;
  ADD_FAILURE() << file.string() << " is stale from line " << line << " on, which must be\n  "
                << text.substr(begin, text.find('\n', begin) - begin) << "\nRenew it: KITFOX_RENEW=1 "
                << renewed_by;
}

}  // namespace kitfox::conformance
