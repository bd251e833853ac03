#include "conformance/report/saved_run.hpp"

#include <boost/system/errc.hpp>
#include <fstream>
#include <sstream>

#include "conformance/report/badge.hpp"
#include "conformance/report/case_picture.hpp"
#include "conformance/report/html_report.hpp"
#include "conformance/report/junit.hpp"
#include "conformance/report/markdown.hpp"
#include "conformance/report/results_json.hpp"
#include "conformance/report/results_reader.hpp"
#include "conformance/report/tap.hpp"

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;
namespace errc = boost::system::errc;

runtime::result<std::string> read_bounded(const fs::path& file, std::string& why) {
  std::error_code failure;
  const std::uintmax_t size = fs::file_size(file, failure);
  std::ifstream in{file, std::ios::binary};
  if (failure || !in) {
    why = file.string() + ": cannot be read; expected results.json as `kitfox run --out` writes it";
    return errc::make_error_code(errc::no_such_file_or_directory);
  }
  if (size > results_bytes_max) {
    why = file.string() + ": more than " + std::to_string(results_bytes_max) + " bytes";
    return errc::make_error_code(errc::file_too_large);
  }
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

bool is_wanted(const case_result& one, timelines wanted) {
  if (one.transcript_file.empty()) return false;
  return wanted == timelines::all || (wanted == timelines::of_what_went_wrong && !is_quiet(one));
}

/// Records whose members are not what the schema says make no picture; says what is wrong with them.
std::string draw(const transcript& tape, case_result& to) {
  try {
    draw_timelines(tape, to);
  } catch (const nlohmann::json::exception& failure) {
    return failure.what();
  }
  return {};
}

}  // namespace

runtime::result<run_result> load_run(const fs::path& from, timelines wanted, std::string& why,
                                     std::vector<std::string>& complaints) {
  std::error_code ignored;
  const fs::path file = fs::is_directory(from, ignored) ? from / "results.json" : from;
  const auto text = read_bounded(file, why);
  if (!text) return text.error();
  auto all = parse_results(*text, why);
  if (!all) {
    why = file.string() + ": " + why;
    return all.error();
  }
  for (case_result& one : all->cases) {
    if (!is_wanted(one, wanted)) continue;
    const fs::path tape_file = file.parent_path() / one.transcript_file;
    std::string wrong;
    const auto tape = transcript::load(tape_file, wrong);
    if (tape) wrong = draw(*tape, one);
    if (!wrong.empty()) complaints.push_back(tape_file.string() + ": " + wrong);
  }
  return all;
}

std::vector<report_file> print_reports(const run_result& all) {
  return {{"results.json", print_results_json(all)}, {"junit.xml", print_junit(all)},
          {"results.tap", print_tap(all)},           {"summary.md", print_markdown(all)},
          {"badge.svg", print_badge(all)},           {"report.html", print_html(all)}};
}

}  // namespace kitfox::conformance
