#include "conformance/run/run_plan.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "conformance/scenario/corpus.hpp"
#include "conformance/scenario/scalar_text.hpp"

namespace kitfox::conformance {
namespace {

bool verifies(const scenario& what, const std::string& id) {
  return std::any_of(what.verifies.begin(), what.verifies.end(),
                     [&](const requirement_reference& one) { return one.id == id; });
}

const scenario_case* in_sim(const loaded& file, const scenario_case& one) {
  if (one.world == world_kind::sim) return nullptr;
  const auto found = std::find_if(file.cases.begin(), file.cases.end(), [&](const scenario_case& other) {
    return other.id == one.id && other.world == world_kind::sim;
  });
  return found == file.cases.end() ? nullptr : &*found;
}

}  // namespace

run_plan plan_run(const run_selection& selection) {
  run_plan out;
  std::vector<std::string> paths = selection.paths;
  if (paths.empty()) paths.push_back(default_corpus_root());
  found_files found = find_scenario_files(paths);
  out.errors = std::move(found.errors);
  for (const std::string& file : found.files) {
    load_options options;
    options.corpus_root = corpus_root_of(file);
    if (options.corpus_root.empty()) options.corpus_root = default_corpus_root();
    loaded one = load_scenario(file, options);
    out.errors.insert(out.errors.end(), one.errors.begin(), one.errors.end());
    std::ifstream in{file, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    out.sources.push_back({file, text.str()});
    out.files.push_back(std::move(one));
  }
  if (!out.errors.empty()) return out;
  for (std::size_t i = 0; i < out.files.size(); ++i) {
    for (const scenario_case& one : out.files[i].cases) {
      const bool wanted = (one.world == world_kind::sim && selection.sim) ||
                          (one.world == world_kind::sockets && selection.sockets) ||
                          (one.world == world_kind::live && selection.live);
      if (!wanted || (!selection.requirement.empty() && !verifies(one.what, selection.requirement))) continue;
      std::pair<std::uint64_t, std::uint64_t> seeds{1, 1};
      if (selection.choice == seed_choice::all && one.world == world_kind::sim)
        seeds.second = std::max<std::uint64_t>(1, one.what.seeds);
      if (selection.seeds) seeds = *selection.seeds;
      // Real sockets draw nothing from a seed but the workload: one is enough unless more are asked for.
      for (std::uint64_t seed = seeds.first; seed <= seeds.second; ++seed) {
        planned_case fresh{&one, &out.sources[i], in_sim(out.files[i], one), seed};
        if (selection.filter.empty() || fits_glob(selection.filter, fresh.name())) out.cases.push_back(fresh);
      }
    }
  }
  return out;
}

}  // namespace kitfox::conformance
