#include "conformance/run/run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <ostream>
#include <thread>

#include "conformance/report/junit.hpp"
#include "conformance/report/results_json.hpp"
#include "conformance/run/interrupt_watch.hpp"

namespace kitfox::conformance {
namespace {

/// Runs what is left of the plan until nothing is; one of several side by side.
class workers {
 public:
  workers(const run_plan& plan, const run_settings& settings, console_report& console)
      : plan_{plan}, settings_{settings}, console_{console}, results_(plan.cases.size()) {}

  /// The results in the order of the plan; of an interrupted run those that there are.
  std::vector<case_result> run() {
    const interrupt_watch watch{interrupted_};
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < std::max<std::uint32_t>(1, settings_.jobs); ++i)
      threads.emplace_back([this] { work(); });
    threads.clear();  // joins
    // A timing that could not be judged beside others may be clear when nothing else runs.
    for (const std::size_t i : unclear_) {
      if (interrupted_) break;
      run_one(i, 2);
    }
    std::vector<case_result> out;
    for (std::optional<case_result>& one : results_) {
      if (one) out.push_back(std::move(*one));
    }
    return out;
  }
  [[nodiscard]] bool interrupted() const noexcept { return interrupted_; }

 private:
  void work() {
    for (std::size_t i = next_++; i < plan_.cases.size() && !interrupted_; i = next_++) run_one(i, 1);
  }

  void run_one(std::size_t i, unsigned time) {
    const std::string name = plan_.cases[i].name();
    {
      const std::lock_guard lock{mutex_};
      console_.on_begin(name, done_, plan_.cases.size());
    }
    case_result one = run_case(plan_.cases[i], settings_.cases);
    one.runs = time;
    const std::lock_guard lock{mutex_};
    if (one.interrupted) {
      interrupted_ = true;
      return;
    }
    if (time == 1 && one.world == "sockets" && one.judged.outcome == verdict::inconclusive) {
      unclear_.push_back(i);
      console_.on_quiet_end(name, done_, plan_.cases.size());
    } else {
      ++done_;
      if (settings_.show == run_settings::progress::every_case || one.judged.outcome != verdict::pass)
        console_.on_case(one, done_, plan_.cases.size());
      else
        console_.on_quiet_end(name, done_, plan_.cases.size());
    }
    results_[i] = std::move(one);
  }

  const run_plan& plan_;
  const run_settings& settings_;
  console_report& console_;
  std::vector<std::optional<case_result>> results_;
  std::vector<std::size_t> unclear_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> interrupted_{false};
  std::mutex mutex_;
  std::size_t done_ = 0;
};

exit_status status_of_run(const run_result& results, verdict fail_on) {
  if (results.interrupted) return exit_status::interrupted;
  if (results.count(verdict::skipped) == results.cases.size()) return exit_status::nothing_executed;
  return status_of(results.worst(), fail_on);
}

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
  workers all{plan, settings, report};
  results.cases = all.run();
  results.interrupted = all.interrupted();
  results.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  constexpr std::size_t explained_max = 10;
  std::size_t explained = 0;
  for (const case_result& one : results.cases) {
    if (!is_quiet(one) && ++explained <= explained_max) report.explain(one, folder);
  }
  if (explained > explained_max) {
    console << "\n... and " << explained - explained_max << " more that did not pass"
            << (folder.empty() ? "" : "; all are in " + folder + "/results.json") << "\n";
  }
  if (!folder.empty() &&
      (!write(std::filesystem::path{folder} / "results.json", print_results_json(results)) ||
       !write(std::filesystem::path{folder} / "junit.xml", print_junit(results)))) {
    console << "cannot write the reports to " << folder << "\n";
    return exit_status::harness_error;
  }
  report.summary(results, folder);
  return status_of_run(results, settings.fail_on);
}

}  // namespace kitfox::conformance
