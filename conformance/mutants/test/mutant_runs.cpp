#include "conformance/mutants/test/mutant_runs.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace kitfox::conformance {
namespace {

/// Run against every mutant: each area once or twice, quick cases that show much.
constexpr std::string_view cross_section[] = {"backoff/short-outage",
                                              "commands/list-pods",
                                              "commands/closed-list",
                                              "commands/slow-beside-quick",
                                              "connect/spoiled-key-is-refused",
                                              "connect/second-key",
                                              "disconnect/clean-end-and-return",
                                              "half-open/silent-link-is-noticed",
                                              "isolation/foreign-cluster",
                                              "isolation/answer-from-another-cluster",
                                              "questions/pods-of-a-namespace",
                                              "rbac/denial-is-said",
                                              "replicas/fail-over",
                                              "revocation/revoked-key-loses-stream",
                                              "routing/disconnected-cluster",
                                              "shutdown/idle-agent-stops-at-once"};

/// Cases that take a second each, or several, and show nothing about a mutant that a smaller one does not.
constexpr std::string_view costly[] = {
    "herd/cut-at-one-instant",     // a thousand agents: eight seconds
    "herd/gateway-is-killed",      // two hundred: one second
    "herd/pause-asked-of-a-herd",  // a hundred: one second
    "disconnect/clean-end-a-thousand-times",
    "routing/ten-thousand-commands",
};

std::set<std::string> known_failures() {
  std::set<std::string> out;
  std::ifstream in{KITFOX_KNOWN_FAILURES};
  for (std::string line; std::getline(in, line);) {
    constexpr std::string_view prefix = "scenario/", suffix = "@sim";
    const std::string name = line.substr(0, line.find(' '));
    if (name.starts_with(prefix) && name.ends_with(suffix))
      out.insert(name.substr(prefix.size(), name.size() - prefix.size() - suffix.size()));
  }
  return out;
}

/// The scenario behind a case, without the choices of its matrix.
std::string scenario_of(const planned_case& one) { return one.what->id.substr(0, one.what->id.find('[')); }

bool among(std::span<const std::string_view> names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool verifies_any(const planned_case& one, std::span<const std::string_view> ids) {
  const auto& verifies = one.what->what.verifies;
  return std::any_of(verifies.begin(), verifies.end(),
                     [&](const requirement_reference& id) { return among(ids, id.id); });
}

}  // namespace

const run_plan& simulated_corpus() {
  static const run_plan plan = [] {
    run_selection selection;
    selection.paths = {KITFOX_SCENARIOS};
    selection.sockets = false;
    return plan_run(selection);
  }();
  return plan;
}

namespace {
std::string_view wanted() {
  const char* chosen = std::getenv("KITFOX_MUTANTS");
  return chosen == nullptr ? "" : chosen;
}
}  // namespace

bool runs_every_case() { return wanted() == "every-case"; }

std::vector<const planned_case*> cases_for(const mutant& subject) {
  static const std::set<std::string> excused = known_failures();
  std::vector<const planned_case*> out;
  for (const planned_case& one : simulated_corpus().cases) {
    const std::string name = scenario_of(one);
    const bool concerns = verifies_any(one, subject.violates) && !among(costly, name);
    const bool chosen = wanted().empty()
                            ? among(cross_section, name) || among(subject.needs, name) || concerns
                            : runs_every_case() || name == wanted();
    if (chosen && !excused.contains(name)) out.push_back(&one);
  }
  return out;
}

broken_promises run_against(const sim_subjects& subjects, const std::vector<const planned_case*>& cases) {
  broken_promises out;
  out.cases = cases.size();
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  case_settings settings;
  settings.subjects = subjects;
  if (const char* folder = std::getenv("KITFOX_MUTANTS_OUT")) {
    settings.out = folder;
    std::filesystem::create_directories(settings.out + "/transcripts");
  }
  const auto work = [&] {
    for (std::size_t i = next++; i < cases.size(); i = next++) {
      const case_result result = run_case(*cases[i], settings);
      const std::lock_guard lock{mutex};
      if (!result.judged.harness_failure.empty())
        out.harness_failures.push_back(result.name + ": " + result.judged.harness_failure);
      for (const finding& each : result.judged.findings) {
        if (each.kind != finding::weight::failure || each.requirement.empty()) continue;
        out.by_check.insert(each.check);
        out.by_requirement[each.requirement].try_emplace(
            result.name, "  " + result.name + ": " + each.requirement + ": " + each.subject + ": expected " +
                             each.expected + ", got " + each.actual + "\n");
      }
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
  threads.clear();  // joins
  return out;
}

}  // namespace kitfox::conformance
