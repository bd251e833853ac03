#include "conformance/run/run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <mutex>
#include <optional>
#include <ostream>
#include <sstream>
#include <thread>

#include "conformance/report/saved_run.hpp"
#include "conformance/run/corpus_digest.hpp"
#include "conformance/run/interrupt_watch.hpp"
#include "conformance/run/lanes.hpp"
#include "conformance/run/suite_commit.hpp"
#include "conformance/world/program_command.hpp"

namespace kitfox::conformance {
namespace {

/// Runs what is left of the plan until nothing is; one of several side by side.
class workers {
 public:
  workers(const run_plan& plan, const run_settings& settings, console_report& console)
      : plan_{plan},
        settings_{settings},
        console_{console},
        jobs_{std::max<std::uint32_t>(1, settings.jobs)},
        lanes_{divide(plan, lends(settings) ? lending::waits : lending::none)},
        results_(plan.cases.size()) {}

  /// The results in the order of the plan; of an interrupted run those that there are.
  std::vector<case_result> run() {
    const interrupt_watch watch{interrupted_};
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < jobs_; ++i) {
      threads.emplace_back([this] {
        work(lanes_.working, next_working_);
        work(lanes_.waiting, next_waiting_);
      });
      if (i < lanes_.waiting.size()) threads.emplace_back([this] { work(lanes_.waiting, next_waiting_); });
    }
    threads.clear();  // joins
    // A timing that could not be judged beside others may be clear when nothing else runs.
    for (const std::size_t i : unclear_) {
      if (interrupted_) break;
      if (out_of_time())
        report_again(i);
      else
        run_one(i, 2);
    }
    std::vector<case_result> out;
    for (std::optional<case_result>& one : results_) {
      if (one) out.push_back(std::move(*one));
    }
    return out;
  }
  [[nodiscard]] bool interrupted() const noexcept { return interrupted_; }
  /// How many cases are skipped because the deadline passed.
  [[nodiscard]] std::size_t without_time() const noexcept { return out_of_time_; }

 private:
  /// One job runs nothing beside anything, and time that was made quicker has less to spare.
  [[nodiscard]] static bool lends(const run_settings& settings) {
    return settings.jobs > 1 && !settings.cases.programs.faster.is_any();
  }
  [[nodiscard]] bool out_of_time() const {
    return settings_.cases.deadline && settings_.cases.deadline->passed();
  }

  /// Of an unclear case, which there is no time to run once more.
  void report_again(std::size_t i) {
    const std::lock_guard lock{mutex_};
    console_.on_case(*results_[i], ++done_, plan_.cases.size());
  }

  void work(const std::vector<std::size_t>& lane, std::atomic<std::size_t>& next) {
    for (std::size_t i = next++; i < lane.size() && !interrupted_; i = next++) run_one(lane[i], 1);
  }

  void run_one(std::size_t i, unsigned time) {
    const std::string name = plan_.cases[i].name();
    {
      const std::lock_guard lock{mutex_};
      console_.on_begin(name, done_, plan_.cases.size());
    }
    planned_case what = plan_.cases[i];
    if (out_of_time()) what.skip_because = conformance::out_of_time(*settings_.cases.deadline, "not run");
    case_result one = run_case(what, settings_.cases);
    one.runs = time;
    const bool was_skipped = !plan_.cases[i].skip_because.empty();
    const std::lock_guard lock{mutex_};
    if (one.interrupted) {
      interrupted_ = true;
      return;
    }
    if (one.judged.outcome == verdict::skipped && !was_skipped && out_of_time()) {
      if (time == 2) return console_.on_case(*results_[i], ++done_, plan_.cases.size());
      ++out_of_time_;
    }
    if (time == 1 && one.world != "sim" && one.judged.outcome == verdict::inconclusive) {
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
  const std::uint32_t jobs_;
  const lanes lanes_;
  std::vector<std::optional<case_result>> results_;
  std::vector<std::size_t> unclear_;
  std::atomic<std::size_t> next_working_{0}, next_waiting_{0};
  std::atomic<bool> interrupted_{false};
  std::mutex mutex_;
  std::size_t done_ = 0, out_of_time_ = 0;
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

bool write_reports(const std::filesystem::path& folder, const run_result& results) {
  return std::ranges::all_of(print_reports(results),
                             [&](const report_file& one) { return write(folder / one.name, one.text); });
}

run_origin origin_of(const run_settings& settings) {
  const auto name_of = [](const subject_program& one) {
    std::string words;
    for (const std::string& each : one.command) words += (words.empty() ? "" : " ") + quote_word(each);
    if (one.reached) return one.reached->agents_url;
    return one.is_reference() ? std::string{"reference"} : words;
  };
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::ostringstream started;
  started << std::put_time(&utc, "%Y-%m-%dT%H:%M:%SZ");
  return {KITFOX_VERSION,
          started.str(),
          name_of(settings.cases.programs.agent),
          name_of(settings.cases.programs.gateway),
          std::string{suite_commit()},
          settings.digests};
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
  results.origin = origin_of(settings);
  results.origin.corpus = corpus_digest(plan);
  const auto begun = std::chrono::steady_clock::now();
  workers all{plan, settings, report};
  results.cases = all.run();
  results.interrupted = all.interrupted();
  results.out_of_time = all.without_time();
  results.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (settings.claim) results.claim = settings.claim(results);
  report.explain_first(results, folder);
  if (!folder.empty() && !write_reports(folder, results)) {
    console << "cannot write the reports to " << folder << "\n";
    return exit_status::harness_error;
  }
  report.summary(results, folder);
  return status_of_run(results, settings.fail_on);
}

}  // namespace kitfox::conformance
