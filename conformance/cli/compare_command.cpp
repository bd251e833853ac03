#include <CLI/CLI.hpp>
#include <fstream>
#include <ostream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/report/comparison_page.hpp"
#include "conformance/report/comparison_text.hpp"
#include "conformance/report/saved_run.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* compare_explanation = R"(
Cases are the same when their names are: scenario, world and seed. A case or a requirement is newly failing when it
fails, is inconclusive or met a harness error now and did not before; fixed the other way round; still
failing; lost when it had been executed and is skipped or missing now; added when it passes and was not executed before.

Exit status: 0 nothing regressed, 1 something is newly failing, 3 nothing is newly failing but something was lost,
4 no case was executed in both runs.

Examples:
  kitfox compare main-reports reports                       has a change broken anything?
  kitfox compare main-reports reports --html                 the same as a page, comparison.html
  kitfox compare agent-a agent-b --format markdown          two subjects put to the same cases
)";

class compare_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags = program.add_subcommand("compare", "Show what changed between two runs");
    flags->add_option("BEFORE", before_, "What `kitfox run --out` wrote, or its results.json")->required();
    flags->add_option("AFTER", after_, "The same of the other run")->required();
    flags->add_option("--format", format_, "console, markdown, json or html")
        ->check(CLI::IsMember({"console", "markdown", "json", "html"}))
        ->capture_default_str();
    flags->add_flag("--html", html_, "One page that needs nothing beside it; the same as --format html");
    flags
        ->add_option("--out", out_file_,
                     "File for it; default: standard output, but comparison.html for a page")
        ->type_name("FILE");
    flags->footer(compare_explanation);
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    std::vector<run_result> runs;
    for (const std::string& one : {before_, after_}) {
      std::string why;
      std::vector<std::string> complaints;
      auto all = load_run(one, timelines::none, why, complaints);
      if (!all) {
        err << "kitfox compare: " << why << "\n";
        return exit_status::usage;
      }
      runs.push_back(std::move(*all));
    }
    const comparison found = compare_results(runs.front(), runs.back(), name_of(before_, runs.front()),
                                             name_of(after_, runs.back()));
    if (html_) format_ = "html";
    if (format_ == "html" && out_file_.empty()) out_file_ = "comparison.html";
    const std::string text = print(found, runs.front().origin, runs.back().origin);
    if (out_file_.empty() || out_file_ == "-") {
      out << text;
      return status_of(found);
    }
    std::ofstream file{out_file_, std::ios::binary | std::ios::trunc};
    file << text;
    if (!file.flush()) {
      err << "kitfox compare: cannot write " << out_file_ << "\n";
      return exit_status::usage;
    }
    const std::string told = print_comparison(found);
    out << told.substr(told.rfind('\n', told.size() - 2) + 1) << out_file_ << "\n";
    return status_of(found);
  }

 private:
  /// Two subjects are told apart by what they are, not only by where their results lie.
  static std::string name_of(const std::string& from, const run_result& of) {
    std::string out = from;
    const auto add = [&](const char* what, const std::string& command) {
      if (!command.empty() && command != "reference") out += std::string{", "} + what + " " + command;
    };
    add("agent", of.origin.agent);
    add("gateway", of.origin.gateway);
    return out;
  }

  [[nodiscard]] std::string print(const comparison& found, const run_origin& before,
                                  const run_origin& after) const {
    if (format_ == "html") return print_comparison_html(found, before, after);
    if (format_ == "markdown") return print_comparison_markdown(found);
    return format_ == "json" ? print_comparison_json(found) : print_comparison(found);
  }

  std::string before_, after_, out_file_, format_ = "console";
  bool html_ = false;
};

}  // namespace

std::unique_ptr<cli_command> make_compare_command() { return std::make_unique<compare_command>(); }

}  // namespace kitfox::conformance
