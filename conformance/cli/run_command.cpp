#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <ostream>
#include <thread>

#include "conformance/cli/cli_command.hpp"
#include "conformance/run/run.hpp"

namespace kitfox::conformance {
namespace {

/// "7" or "1..20"; empty when it is neither.
std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_seeds(const std::string& text) {
  const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const std::size_t dots = text.find("..");
  const auto first = number(std::string_view{text}.substr(0, dots));
  const auto last = dots == std::string::npos ? first : number(std::string_view{text}.substr(dots + 2));
  if (!first || !last || *last < *first) return std::nullopt;
  return std::pair{*first, *last};
}

class run_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags = program.add_subcommand("run", "Run scenarios, judge them, and write the reports");
    flags->add_option("PATH", selection_.paths, "Scenario files, or folders of them (default: the corpus)");
    flags->add_option("--world", world_, "sim (virtual time), sockets (real processes on loopback) or all")
        ->check(CLI::IsMember({"sim", "sockets", "all"}))
        ->capture_default_str();
    flags->add_option("--seed", seeds_, "One seed (7), or a range (1..20); default: 1");
    flags->add_flag("--all-seeds", all_seeds_, "As many seeds as each scenario asks for, in sim");
    flags->add_option("--jobs", jobs_, "Cases that run side by side (default: one for each core)");
    flags->add_option("--filter", selection_.filter,
                      "Only cases whose name fits, where * stands for anything");
    flags->add_option("--requirement", selection_.requirement, "Only scenarios that verify this requirement");
    flags
        ->add_option("--fail-on", fail_on_,
                     "The mildest verdict that makes the run fail: warn, inconclusive or fail")
        ->check(CLI::IsMember({"warn", "inconclusive", "fail"}))
        ->capture_default_str();
    flags->add_option("--out", settings_.cases.out, "Folder for results.json, junit.xml and the transcripts");
    flags->add_flag("--twice", settings_.cases.twice, "Run each sim case twice and compare the traces");
    flags->add_flag("--quiet", quiet_, "Show only cases that did not pass");
    flags->add_option("--agent-command", settings_.cases.agent_command,
                      "In sockets: your agent in place of the reference");
    flags->add_option("--gateway-command", settings_.cases.gateway_command,
                      "In sockets: your gateway in place of the reference");
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    selection_.sim = world_ != "sockets";
    selection_.sockets = world_ != "sim";
    if (all_seeds_) selection_.choice = seed_choice::all;
    if (!seeds_.empty()) {
      selection_.seeds = parse_seeds(seeds_);
      if (!selection_.seeds) {
        err << "--seed: expected a number (7) or a range (1..20), got \"" << seeds_ << "\"\n";
        return exit_status::usage;
      }
    }
    settings_.fail_on = parse_verdict(fail_on_).value_or(verdict::fail);
    settings_.jobs = jobs_ != 0 ? jobs_ : std::max(1u, std::thread::hardware_concurrency());
    settings_.show = quiet_ ? run_settings::progress::only_bad : run_settings::progress::every_case;
    settings_.style =
        isatty(STDOUT_FILENO) != 0 ? console_report::style::coloured : console_report::style::plain;
    const run_plan plan = plan_run(selection_);
    for (const load_error& error : plan.errors) err << to_string(error) << "\n";
    if (!plan.errors.empty()) return exit_status::usage;
    run_result results;
    return conformance::run(plan, settings_, out, results);
  }

 private:
  run_selection selection_;
  run_settings settings_;
  std::string world_ = "sim", seeds_, fail_on_ = "fail";
  std::uint32_t jobs_ = 0;
  bool all_seeds_ = false, quiet_ = false;
};

}  // namespace

std::unique_ptr<cli_command> make_run_command() { return std::make_unique<run_command>(); }

}  // namespace kitfox::conformance
