#include "conformance/run/run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <ostream>
#include <thread>

#include "conformance/report/results_json.hpp"

namespace kitfox::conformance {
namespace {

bool good(verdict one) { return one == verdict::pass || one == verdict::warn || one == verdict::skipped; }

/// Runs what is left of the plan until nothing is; one of several side by side.
class workers {
 public:
  workers(const run_plan& plan, const run_settings& settings, console_report& console, run_result& out)
      : plan_{plan}, settings_{settings}, console_{console}, out_{out}, results_(plan.cases.size()) {}

  void run() {
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < std::max<std::uint32_t>(1, settings_.jobs); ++i)
      threads.emplace_back([this] { work(); });
    threads.clear();  // joins
    // A timing that could not be judged beside others may be clear when nothing else runs.
    for (std::size_t i = 0; i < results_.size(); ++i) {
      if (results_[i].world != "sockets" || results_[i].judged.outcome != verdict::inconclusive) continue;
      results_[i] = run_case(plan_.cases[i], settings_.cases);
      console_.on_case(results_[i], plan_.cases.size(), plan_.cases.size());
    }
    out_.cases = std::move(results_);
  }

 private:
  void work() {
    for (std::size_t i = next_++; i < plan_.cases.size(); i = next_++) {
      case_result one = run_case(plan_.cases[i], settings_.cases);
      const std::lock_guard lock{mutex_};
      ++done_;
      if (settings_.show == run_settings::progress::every_case || !good(one.judged.outcome))
        console_.on_case(one, done_, plan_.cases.size());
      results_[i] = std::move(one);
    }
  }

  const run_plan& plan_;
  const run_settings& settings_;
  console_report& console_;
  run_result& out_;
  std::vector<case_result> results_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::size_t done_ = 0;
};

bool write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out << text;
  return static_cast<bool>(out.flush());
}

}  // namespace

exit_status run(const run_plan& plan, const run_settings& settings, std::ostream& console,
                run_result& results) {
  if (plan.cases.empty()) {
    console << "nothing to run: no case fits the selection\n0 passed, 0 failed\n";
    return exit_status::nothing_executed;
  }
  const std::string& folder = settings.cases.out;
  if (!folder.empty()) {
    std::error_code failure;
    std::filesystem::create_directories(std::filesystem::path{folder} / "transcripts", failure);
    if (failure) {
      console << "cannot create " << folder << ": " << failure.message() << "\n";
      return exit_status::usage;
    }
  }
  console_report report{console, settings.style};
  results.planned = plan.cases.size();
  const auto begun = std::chrono::steady_clock::now();
  workers{plan, settings, report, results}.run();
  results.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::size_t explained = 0;
  for (const case_result& one : results.cases) {
    constexpr std::size_t explained_max = 10;
    if (!good(one.judged.outcome) && ++explained <= explained_max) report.explain(one);
  }
  if (!folder.empty() &&
      (!write(std::filesystem::path{folder} / "results.json", print_results_json(results)) ||
       !write(std::filesystem::path{folder} / "junit.xml", print_junit(results)))) {
    console << "cannot write the reports to " << folder << "\n";
    return exit_status::harness_error;
  }
  report.summary(results, folder);
  return status_of(results.worst(), settings.fail_on);
}

}  // namespace kitfox::conformance
