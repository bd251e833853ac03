#include "conformance/run/corpus_digest.hpp"

#include <algorithm>
#include <filesystem>

#include "gateway/digest.hpp"

namespace kitfox::conformance {

std::string corpus_digest(const run_plan& of) {
  if (of.sources.empty()) return {};
  std::vector<std::string> lines;
  for (const scenario_source& one : of.sources) {
    const std::filesystem::path file{one.file};
    lines.push_back(file.parent_path().filename().string() + "/" + file.stem().string() + " " +
                    gateway::sha256_hex(one.text) + "\n");
  }
  std::ranges::sort(lines);
  std::string all;
  for (const std::string& one : lines) all += one;
  return gateway::sha256_hex(all);
}

}  // namespace kitfox::conformance
