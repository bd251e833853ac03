#include "conformance/subject/subject_digest.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "gateway/digest.hpp"

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;

fs::path found_in_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* const path = std::getenv("PATH");
  std::istringstream folders{path == nullptr ? "" : path};
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path candidate = fs::path{folder} / program;
    if (access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate)) return candidate;
  }
  return {};
}

void add(const fs::path& file, std::vector<file_digest>& to) {
  std::error_code failure;
  if (!fs::is_regular_file(file, failure) || fs::file_size(file, failure) > digested_bytes_max) return;
  std::ifstream in{file, std::ios::binary};
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (in) to.push_back({file.filename().string(), gateway::sha256_hex(bytes.str())});
}

void add_folder(const fs::path& folder, std::vector<file_digest>& to) {
  std::map<std::string, fs::path> found;
  std::error_code failure;
  for (fs::recursive_directory_iterator one{folder, failure}, end; !failure && one != end;
       one.increment(failure)) {
    if (!one->is_regular_file(failure) || one->is_symlink(failure)) continue;
    found.emplace(one->path().lexically_relative(folder).generic_string(), one->path());
    if (found.size() > digested_files_max) return;
  }
  if (failure) return;
  std::string listing;
  for (const auto& [name, path] : found) {
    std::vector<file_digest> one;
    add(path, one);
    if (one.empty()) return;  // a digest of a part would pass for one of the whole
    listing += one.front().sha256 + "  " + name + "\n";
  }
  to.push_back({folder.filename().string() + "/", gateway::sha256_hex(listing)});
}

}  // namespace

std::vector<file_digest> digests_of(const subject& whose, const std::string& subject_file) {
  std::vector<file_digest> out;
  const std::vector<std::string>& words = whose.program.command;
  for (std::size_t i = 0; i < words.size(); ++i)
    add(i == 0 ? found_in_path(words[i]) : fs::path{words[i]}, out);
  for (const std::string& one : whose.files) {
    const fs::path path = fs::path{one}.lexically_normal();
    if (fs::is_directory(path))
      add_folder(path.has_filename() ? path : path.parent_path(), out);
    else
      add(path, out);
  }
  if (!subject_file.empty()) add(subject_file, out);
  return out;
}

}  // namespace kitfox::conformance
