#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/report/abstract_trace.hpp"
#include "conformance/run/run_plan.hpp"
#include "conformance/world/run_sim.hpp"
#include "conformance/world/run_sockets.hpp"
#include "runtime/temporary_directory.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* explanation = R"(
Compares what happened, not when: of each process its states in order (started, connected, disconnected, exited) and of
each step that made calls their outcomes. Where the scenario gives the worlds different numbers, neither repetitions nor
counts matter.

Examples:
  kitfox agree scenarios/backoff/short-outage.yaml         plays both worlds and compares
  kitfox agree a/transcripts/x.jsonl b/transcripts/x.jsonl compares two runs of one case
)";

/// "backoff/short-outage@sim#1", from a transcript's own header.
std::string name_of(const transcript& tape) {
  const nlohmann::json& facts = tape.header().facts();
  return fmt::format("{}@{}#{}", facts.value("case", ""), facts.value("world", ""),
                     facts.value("seed", std::uint64_t{0}));
}

class agree_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags = program.add_subcommand(
        "agree", "Compare two runs of one case, or a scenario's worlds, without their times");
    flags->add_option("FILE", files_, "Two transcripts, or one scenario")->required()->expected(1, 2);
    flags->footer(explanation + exit_status_text());
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    if (files_.size() == 1) return play_and_compare(out, err);
    std::vector<transcript> tapes;
    for (const std::string& file : files_) {
      std::string why;
      auto tape = transcript::load(file, why);
      if (!tape) {
        err << file << ": " << why << "\n";
        return exit_status::usage;
      }
      tapes.push_back(std::move(*tape));
    }
    return tell(tapes.front(), tapes.back(), out, err);
  }

 private:
  static exit_status tell(const transcript& left, const transcript& right, std::ostream& out,
                          std::ostream& err) {
    const agreement found = compare_runs(left, right);
    const std::string left_name = name_of(left), right_name = name_of(right);
    switch (found.is) {
      case agreement::outcome::agree:
        out << left_name << " and " << right_name << " agree\n";
        return exit_status::passed;
      case agreement::outcome::excused:
        out << left_name << " and " << right_name << " may differ: " << found.reason << "\n";
        return exit_status::passed;
      case agreement::outcome::not_the_same:
        err << left_name << " and " << right_name << " cannot be compared: " << found.reason << "\n";
        return exit_status::usage;
      case agreement::outcome::differ:
        break;
    }
    out << left_name << " and " << right_name << " disagree on "
        << print_disagreement(*found.first, left_name, right_name);
    return exit_status::failed;
  }

  exit_status play_and_compare(std::ostream& out, std::ostream& err) {
    run_selection selection;
    selection.paths = files_;
    selection.sim = false;
    const run_plan plan = plan_run(selection);
    for (const load_error& error : plan.errors) err << to_string(error) << "\n";
    if (!plan.errors.empty()) return exit_status::usage;
    exit_status worst = exit_status::nothing_executed;
    for (const planned_case& one : plan.cases) {
      if (one.in_sim == nullptr) continue;
      sim_run_options options;
      options.seed = one.seed;
      const runtime::temporary_directory own;
      const sockets_run real = run_in_sockets(*one.what, *one.source, {one.seed, {}, own.path()});
      if (real.interrupted) return exit_status::interrupted;
      const exit_status told = tell(run_in_sim(*one.in_sim, *one.source, options).tape, real.tape, out, err);
      worst = worst == exit_status::nothing_executed ? told : std::max(worst, told);
    }
    if (worst == exit_status::nothing_executed) err << "no case that is in both worlds\n";
    return worst;
  }

  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<cli_command> make_agree_command() { return std::make_unique<agree_command>(); }

}  // namespace kitfox::conformance
