#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <thread>

#include "conformance/cli/cli_command.hpp"
#include "conformance/run/run.hpp"
#include "conformance/spec/nearest_word.hpp"
#include "conformance/spec/requirement_registry.hpp"
#include "conformance/world/program_command.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* examples = R"(
A case is a scenario in one world with one seed, named like revocation/revoked-key-loses-stream@sim#1.

Examples:
  kitfox run                                        the corpus in virtual time, in seconds
  kitfox run --world all --out reports              both worlds; report.html, junit.xml and more in reports/
  kitfox run scenarios/rbac --world live            over real API servers, started from KUBEBUILDER_ASSETS
  kitfox run scenarios/backoff --seed 1..20         one area, twenty seeds each
  kitfox run --requirement REC-4 --quiet            everything that puts REC-4 to the test; show only what did not pass
  kitfox run --filter 'herd/*' --twice              twice each: the same seed must give the same run
  kitfox run --agent-command "./my-agent --verbose" --agent-takes backoff_cap,probe_file
                                                    your agent against the reference gateway, over real sockets

What --agent-command and --gateway-command are started with, and what --agent-takes means, is told in
conformance/run/README.md.
)";

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

/// How this program was called, so that the same words call it again.
std::string name_of_this_program() {
  std::ifstream file{"/proc/self/cmdline", std::ios::binary};
  std::string name;
  std::getline(file, name, '\0');
  return name.empty() ? "kitfox" : name;
}

class run_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags = program.add_subcommand("run", "Run scenarios, judge them, and write the reports");
    flags->add_option("PATH", selection_.paths, "Scenario files, or folders of them (default: the corpus)");
    add_selection(*flags);
    add_running(*flags);
    add_live(*flags);
    add_programs(*flags);
    flags->footer(examples + exit_status_text());
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    const std::string wrong = check_arguments();
    if (!wrong.empty()) {
      err << "kitfox run: " << wrong << "\n";
      return exit_status::usage;
    }
    settings_.fail_on = parse_verdict(fail_on_).value_or(verdict::fail);
    settings_.jobs = jobs_ != 0 ? jobs_ : std::max(1u, std::thread::hardware_concurrency());
    settings_.show = quiet_ ? run_settings::progress::only_bad : run_settings::progress::every_case;
    settings_.style = &out == &std::cout && isatty(STDOUT_FILENO) != 0 ? console_report::style::terminal
                                                                       : console_report::style::plain;
    settings_.cases.order = order_ == "seeded" ? sim::schedule::seeded : sim::schedule::fifo;
    settings_.cases.reproduce_prefix = reproduce_prefix();
    std::unique_ptr<live_target> live;
    if (selection_.live) {
      std::string complaint;
      live = choose_live_target(live_, complaint);
      if (!live) {
        err << "kitfox run: " << complaint << "\n";
        return exit_status::usage;
      }
      settings_.cases.live = live.get();
      out << "live: " << live->description() << "\n";
    }
    const run_plan plan = plan_run(selection_);
    for (const load_error& error : plan.errors) err << to_string(error) << "\n";
    if (!plan.errors.empty()) return exit_status::usage;
    run_result results;
    return conformance::run(plan, settings_, out, results);
  }

 private:
  void add_selection(CLI::App& flags) {
    const char* group = "Which cases";
    flags
        .add_option("--world", world_,
                    "sim (virtual time), sockets (real processes on loopback), live (the same with real "
                    "API\nservers), or all: sim and sockets; default: sim")
        ->check(CLI::IsMember({"sim", "sockets", "live", "all"}))
        ->group(group);
    flags.add_option("--seed", seeds_, "One seed (7) or a range (1..20); default: 1")->group(group);
    flags.add_flag("--all-seeds", all_seeds_, "As many seeds as each scenario asks for, in sim")
        ->group(group);
    flags.add_option("--filter", selection_.filter, "Only cases whose name fits; * stands for anything")
        ->type_name("GLOB")
        ->group(group);
    flags
        .add_option("--requirement", selection_.requirement,
                    "Only scenarios that put this requirement to the test")
        ->type_name("ID")
        ->group(group);
  }

  void add_running(CLI::App& flags) {
    const char* group = "How they are run and reported";
    flags.add_option("--jobs", jobs_, "Cases at work side by side; default: one for each core")
        ->check(CLI::PositiveNumber)
        ->type_name("N")
        ->group(group);
    flags
        .add_option(
            "--order", order_,
            "Of what happens in one instant, in sim: as it was asked for (fifo), or drawn from the seed")
        ->check(CLI::IsMember({"fifo", "seeded"}))
        ->capture_default_str()
        ->group(group);
    flags
        .add_flag("--twice", settings_.cases.twice,
                  "Run each sim case twice; the runs must be the same to the last event")
        ->group(group);
    flags
        .add_flag("--agree", settings_.cases.agree,
                  "Play each sockets case in sim as well; both runs must tell the same story")
        ->group(group);
    flags
        .add_option("--out", settings_.cases.out,
                    "Folder for report.html, results.json, junit.xml, results.tap, summary.md, badge.svg, "
                    "transcripts/, and "
                    "logs/ of what went wrong")
        ->type_name("DIR")
        ->group(group);
    flags
        .add_option("--fail-on", fail_on_,
                    "The mildest verdict that makes the run fail: skipped, warn, inconclusive or fail")
        ->check(CLI::IsMember({"skipped", "warn", "inconclusive", "fail"}))
        ->capture_default_str()
        ->group(group);
    flags.add_flag("--quiet", quiet_, "Show only cases that did not pass")->group(group);
  }

  void add_live(CLI::App& flags) {
    const char* group = "Real API servers (in live)";
    flags
        .add_option("--control-planes", live_.control_planes_max,
                    "How many are started side by side at most: one for each cluster of a scenario")
        ->check(CLI::Range(std::size_t{1}, std::size_t{16}))
        ->capture_default_str()
        ->group(group);
  }

  void add_programs(CLI::App& flags) {
    const char* group = "Other programs than the reference (in sockets and live)";
    flags.add_option("--agent-command", agent_command_, "Your agent; quotes work as in a shell")
        ->type_name("COMMAND")
        ->group(group);
    flags
        .add_option(
            "--agent-takes", agent_takes_,
            "What your agent takes from its environment: settings, probe_file, or all. Cases that need "
            "more are skipped")
        ->type_name("NAME,...")
        ->group(group);
    flags.add_option("--gateway-command", gateway_command_, "Your gateway; quotes work as in a shell")
        ->type_name("COMMAND")
        ->group(group);
    flags.add_option("--gateway-takes", gateway_takes_, "The same for your gateway")
        ->type_name("NAME,...")
        ->group(group);
  }

  /// Fills what the arguments mean; a complaint if they mean nothing.
  std::string check_arguments() {
    if (all_seeds_) selection_.choice = seed_choice::all;
    if (!seeds_.empty()) {
      selection_.seeds = parse_seeds(seeds_);
      if (!selection_.seeds)
        return fmt::format("--seed: expected a number (7) or a range (1..20), got \"{}\"", seeds_);
    }
    const std::string& id = selection_.requirement;
    if (!id.empty() && find_requirement(id) == nullptr)
      return fmt::format("--requirement: unknown requirement \"{}\"{}", id,
                         suggestion(id, requirement_ids()));
    std::string wrong =
        read_program("agent", party::agent, agent_command_, agent_takes_, settings_.cases.programs.agent);
    if (wrong.empty())
      wrong = read_program("gateway", party::gateway, gateway_command_, gateway_takes_,
                           settings_.cases.programs.gateway);
    if (!wrong.empty()) return wrong;
    const bool other_programs = !agent_command_.empty() || !gateway_command_.empty();
    if (other_programs && world_.empty()) world_ = "sockets";
    if (other_programs && world_ != "sockets" && world_ != "live")
      return "other programs than the reference run in sockets only; leave --world out, or make it sockets "
             "or live";
    if (settings_.cases.agree && (world_.empty() || world_ == "sim"))
      return "--agree compares sockets cases with sim; add --world sockets, or all";
    selection_.sim = world_.empty() || world_ == "sim" || world_ == "all";
    selection_.live = world_ == "live";
    selection_.sockets = world_ == "sockets" || world_ == "all";
    return {};
  }

  static std::string read_program(const std::string& flag, party of, const std::string& command,
                                  const std::string& takes, subject_program& out) {
    if (command.empty())
      return takes.empty()
                 ? ""
                 : fmt::format("--{0}-takes says something of --{0}-command, which is missing", flag);
    auto words = split_command_line(command);
    if (!words)
      return fmt::format("--{}-command: a quote is left open, or nothing is there: {}", flag, command);
    out.command = std::move(*words);
    const std::string wrong = add_takeables(takes, of, out.takes);
    if (!wrong.empty()) return fmt::format("--{}-takes: {}", flag, wrong);
    const std::string missing = wrong_with_program(out.command.front());
    return missing.empty() ? "" : fmt::format("--{}-command: {}", flag, missing);
  }

  /// Everything that changes how a case runs; the case itself is added later.
  std::string reproduce_prefix() const {
    std::string out = quote_word(name_of_this_program()) + " run";
    if (settings_.cases.twice) out += " --twice";
    if (order_ != "fifo") out += " --order " + order_;
    if (settings_.cases.agree) out += " --agree";
    const auto add = [&out](const char* flag, const std::string& value) {
      if (!value.empty()) out += fmt::format(" {} {}", flag, quote_word(value));
    };
    add("--agent-command", agent_command_);
    add("--agent-takes", agent_takes_);
    add("--gateway-command", gateway_command_);
    add("--gateway-takes", gateway_takes_);
    return out;
  }

  run_selection selection_;
  run_settings settings_;
  live_options live_;
  std::string world_, seeds_, order_ = "fifo", fail_on_ = "fail", agent_command_, agent_takes_,
                              gateway_command_, gateway_takes_;
  std::uint32_t jobs_ = 0;
  bool all_seeds_ = false, quiet_ = false;
};

}  // namespace

std::unique_ptr<cli_command> make_run_command() { return std::make_unique<run_command>(); }

}  // namespace kitfox::conformance
