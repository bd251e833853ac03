#pragma once
#include <span>
#include <string>
#include <vector>

#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {

/// Where scenarios are when nobody says: $KITFOX_SCENARIOS, else `share/kitfox/scenarios` beside the
/// installed program, else the folder this program was built from. The last is returned even if it is gone.
[[nodiscard]] std::string default_corpus_root();

/// The corpus that a path is in: the nearest folder above it that holds `schema/scenario-v1.json`; empty if
/// there is none.
[[nodiscard]] std::string corpus_root_of(const std::string& path);

/// The scenario files under `paths`, in alphabetical order, each once: files as they are, folders searched
/// for *.yaml and *.yml, without their `fixtures` and `schema`. A path that does not exist is an error.
struct found_files {
  std::vector<std::string> files;
  std::vector<load_error> errors;
};
[[nodiscard]] found_files find_scenario_files(std::span<const std::string> paths);

/// Every case of some files, or every mistake in them: with one mistake, nothing may run.
struct loaded_corpus {
  std::size_t files = 0;
  std::vector<scenario_case> cases;
  std::vector<load_error> errors;
};

/// Loads `paths`; none stands for default_corpus_root(). Two files that give the same id are a mistake.
[[nodiscard]] loaded_corpus load_corpus(std::span<const std::string> paths,
                                        load_options::fixtures fixtures = load_options::fixtures::must_exist);

}  // namespace kitfox::conformance
