#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/report/console_report.hpp"
#include "conformance/report/timeline.hpp"
#include "conformance/world/program_command.hpp"

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;

/// What the header of a transcript says of its case. In virtual time, where it names no command that runs the
/// case again, the reference took part.
case_result describe(const transcript& tape) {
  const nlohmann::json& facts = tape.header().facts();
  case_result out;
  out.id = facts.value("case", "");
  out.world = facts.value("world", "");
  out.seed = facts.value("seed", std::uint64_t{0});
  out.file = facts.value("file", "");
  out.name = out.id + "@" + out.world + "#" + std::to_string(out.seed);
  out.area = out.id.substr(0, out.id.find('/'));
  out.reproduce =
      facts.value("reproduce", "kitfox run " + quote_word(out.file) + " --world " + out.world + " --seed " +
                                   std::to_string(out.seed) + " --filter " + quote_word(out.name));
  if (!tape.records().empty()) out.world_seconds = static_cast<double>(tape.records().back().t) / 1e9;
  std::string why;
  if (const std::optional<scenario_case> played = scenario_of(tape, why)) {
    out.title = played->what.title;
    for (const requirement_reference& each : played->what.verifies) out.verifies.push_back(each.id);
  }
  return out;
}

class judge_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags =
        program.add_subcommand("judge", "Judge transcripts again, without running anything");
    flags->add_option("TRANSCRIPT", files_, "Transcripts as `kitfox run --out` writes them")->required();
    flags->footer("\nExample:\n  kitfox judge reports/transcripts/*.jsonl\n" + exit_status_text());
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    run_result all;
    console_report report{out, console_report::style::plain};
    for (const std::string& file : files_) {
      std::string why;
      const auto tape = transcript::load(file, why);
      if (!tape) {
        err << file << ": " << why << "\n";
        return exit_status::usage;
      }
      case_result one = describe(*tape);
      one.judged = judge(*tape);
      if (const finding* first = first_divergence(one.judged); first != nullptr)
        one.timeline = print_timeline(*tape, first->record);
      report.on_case(one, all.cases.size() + 1, files_.size());
      if (!is_quiet(one)) report.explain(one, fs::path{file}.parent_path().string());
      all.cases.push_back(std::move(one));
    }
    report.summary(all, {});
    return status_of(all.worst(), verdict::fail);
  }

 private:
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<cli_command> make_judge_command() { return std::make_unique<judge_command>(); }

}  // namespace kitfox::conformance
