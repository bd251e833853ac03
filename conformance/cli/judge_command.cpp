#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/report/console_report.hpp"
#include "conformance/report/timeline.hpp"

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;

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
      case_result one;
      const nlohmann::json& facts = tape->header().facts();
      one.id = facts.value("case", "");
      one.world = facts.value("world", "");
      one.seed = facts.value("seed", std::uint64_t{0});
      one.name = one.id + "@" + one.world + "#" + std::to_string(one.seed);
      one.area = one.id.substr(0, one.id.find('/'));
      one.reproduce = "kitfox judge " + file;
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
