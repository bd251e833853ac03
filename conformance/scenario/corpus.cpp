#include "conformance/scenario/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;

bool is_scenario_file(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

bool is_skipped_folder(const fs::path& path) {
  const std::string name = path.filename().string();
  return name == "fixtures" || name == "schema" || (name.size() > 1 && name.front() == '.');
}

load_error error_at(const std::string& path, std::string message) {
  return {{path, 0, 0}, {}, std::move(message)};
}

void search(const fs::path& folder, found_files& into) {
  std::error_code failed;
  fs::recursive_directory_iterator entries{folder, failed};
  if (failed) {
    into.errors.push_back(error_at(folder.string(), "cannot be read: " + failed.message()));
    return;
  }
  for (const fs::recursive_directory_iterator end; entries != end;) {
    if (entries->is_directory(failed) && is_skipped_folder(entries->path()))
      entries.disable_recursion_pending();
    else if (entries->is_regular_file(failed) && is_scenario_file(entries->path()))
      into.files.push_back(entries->path().lexically_normal().string());
    entries.increment(failed);
    if (failed) {
      into.errors.push_back(error_at(folder.string(), "cannot be read: " + failed.message()));
      return;
    }
  }
}

}  // namespace

std::string default_corpus_root() {
  if (const char* const given = std::getenv("KITFOX_SCENARIOS"); given != nullptr && *given != '\0')
    return given;
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    const fs::path installed = program.parent_path().parent_path() / "share" / "kitfox" / "scenarios";
    if (fs::is_directory(installed, failed)) return installed.string();
  }
  return KITFOX_SOURCE_SCENARIOS;
}

std::string corpus_root_of(const std::string& path) {
  std::error_code failed;
  fs::path folder = fs::absolute(path, failed).lexically_normal();
  if (failed) return {};
  while (true) {
    if (fs::is_regular_file(folder / "schema" / "scenario-v1.json", failed)) return folder.string();
    if (folder == folder.parent_path()) return {};
    folder = folder.parent_path();
  }
}

found_files find_scenario_files(std::span<const std::string> paths) {
  found_files found;
  for (const std::string& path : paths) {
    std::error_code failed;
    const auto status = fs::status(path, failed);
    if (fs::is_directory(status))
      search(path, found);
    else if (fs::exists(status))
      found.files.push_back(fs::path{path}.lexically_normal().string());
    else
      found.errors.push_back(error_at(path, "no such file or folder"));
  }
  std::ranges::sort(found.files);
  found.files.erase(std::unique(found.files.begin(), found.files.end()), found.files.end());
  return found;
}

loaded_corpus load_corpus(std::span<const std::string> paths, load_options::fixtures fixtures) {
  const std::string standard = default_corpus_root();
  found_files found = find_scenario_files(paths.empty() ? std::span{&standard, 1} : paths);
  loaded_corpus all;
  all.files = found.files.size();
  all.errors = std::move(found.errors);
  std::map<std::string, std::string> file_of_id;
  for (const std::string& file : found.files) {
    const std::string root = corpus_root_of(file);
    loaded one = load_scenario(file, {root.empty() ? standard : root, fixtures});
    for (load_error& error : one.errors) all.errors.push_back(std::move(error));
    for (scenario_case& each : one.cases) {
      const auto [known, fresh] = file_of_id.emplace(each.id, file);
      if (!fresh && known->second != file)
        all.errors.push_back(
            error_at(file, fmt::format("makes the id {}, which {} makes too", each.id, known->second)));
      all.cases.push_back(std::move(each));
    }
  }
  if (!all.errors.empty()) all.cases.clear();
  return all;
}

}  // namespace kitfox::conformance
