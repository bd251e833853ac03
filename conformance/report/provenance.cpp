#include "conformance/report/provenance.hpp"

namespace kitfox::conformance {

std::vector<std::pair<std::string, std::string>> provenance_of(const run_origin& origin) {
  std::vector<std::pair<std::string, std::string>> out;
  if (!origin.kitfox.empty()) out.emplace_back("kitfox", origin.kitfox);
  if (!origin.commit.empty()) out.emplace_back("commit", origin.commit);
  if (!origin.corpus.empty()) out.emplace_back("corpus", "sha256:" + origin.corpus);
  for (const file_digest& one : origin.digests) out.emplace_back(one.file, "sha256:" + one.sha256);
  return out;
}

std::string provenance_line(const run_origin& origin) {
  std::string out;
  for (const auto& [name, value] : provenance_of(origin))
    out += (out.empty() ? "" : "; ") + name + " " + value;
  return out;
}

}  // namespace kitfox::conformance
