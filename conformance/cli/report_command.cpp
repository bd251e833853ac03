#include <CLI/CLI.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <ostream>
#include <sstream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/report/badge.hpp"
#include "conformance/report/console_report.hpp"
#include "conformance/report/html_report.hpp"
#include "conformance/report/junit.hpp"
#include "conformance/report/markdown.hpp"
#include "conformance/report/saved_run.hpp"
#include "conformance/report/tap.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* report_explanation = R"(
Nothing runs and nothing is judged: the verdicts are those of results.json, the timelines come from the transcripts
beside it. A transcript that is missing leaves its case without a timeline and is named on standard error.

Formats: html (one page that needs nothing else), markdown (for a comment under a change), junit, tap, badge (SVG),
console (what `kitfox run` prints at the end).

Examples:
  kitfox report reports --out report.html               the page again, from reports/results.json and its transcripts
  kitfox report reports --format markdown               to standard output
  kitfox report a/results.json --format badge --out badge.svg
)";

std::string print_console(const run_result& all, const std::string& folder) {
  std::ostringstream out;
  console_report report{out, console_report::style::plain};
  for (std::size_t i = 0; i < all.cases.size(); ++i)
    report.on_case(all.cases[i], i + 1, std::max(all.planned, all.cases.size()));
  report.explain_first(all, folder);
  report.summary(all, folder);
  return std::move(out).str();
}

struct report_format {
  timelines needs;
  std::function<std::string(const run_result&)> print;
};

std::map<std::string, report_format> formats(const std::string& folder) {
  return {{"html", {timelines::all, print_html}},
          {"markdown", {timelines::none, print_markdown}},
          {"junit", {timelines::of_what_went_wrong, print_junit}},
          {"tap", {timelines::none, print_tap}},
          {"badge", {timelines::none, print_badge}},
          {"console", {timelines::of_what_went_wrong, [folder](const run_result& all) {
                         return print_console(all, folder);
                       }}}};
}

class report_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags = program.add_subcommand("report", "Make any report again from saved results");
    flags->add_option("DIR", from_, "What `kitfox run --out` wrote, or its results.json")->required();
    flags->add_option("--format", format_, "html, markdown, junit, tap, badge or console")
        ->check(CLI::IsMember({"html", "markdown", "junit", "tap", "badge", "console"}))
        ->capture_default_str();
    flags->add_option("--out", out_, "The file to write; default: standard output")->type_name("FILE");
    flags->footer(report_explanation + exit_status_text());
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    const std::filesystem::path from{from_};
    const bool is_file = from.filename() == "results.json";
    const std::string folder = is_file ? from.parent_path().string() : from_;
    const report_format format = formats(folder).at(format_);
    std::string why;
    std::vector<std::string> complaints;
    const auto all = load_run(from, format.needs, why, complaints);
    if (!all) {
      err << "kitfox report: " << why << "\n";
      return exit_status::usage;
    }
    for (const std::string& one : complaints) err << one << "\n";
    const std::string text = format.print(*all);
    if (out_.empty()) {
      out << text;
      return exit_status::passed;
    }
    std::ofstream file{out_, std::ios::binary | std::ios::trunc};
    file << text;
    if (file.flush()) return exit_status::passed;
    err << "kitfox report: cannot write " << out_ << "\n";
    return exit_status::harness_error;
  }

 private:
  std::string from_, format_ = "html", out_;
};

}  // namespace

std::unique_ptr<cli_command> make_report_command() { return std::make_unique<report_command>(); }

}  // namespace kitfox::conformance
