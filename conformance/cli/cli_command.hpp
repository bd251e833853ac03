#pragma once
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "conformance/judge/verdict.hpp"

namespace CLI {
class App;
}

namespace kitfox::conformance {

/// One command of the program `kitfox`: its flags and what it does. A new one is a file of its own and a
/// line in main.cpp.
class cli_command {
 public:
  virtual ~cli_command() = default;
  /// Adds the subcommand with its flags, bound to members of this object, and returns it.
  virtual CLI::App* add_to(CLI::App& program) = 0;
  /// Called once, after the flags were read without a mistake. Results go to `out`, complaints to `err`.
  [[nodiscard]] virtual exit_status run(std::ostream& out, std::ostream& err) = 0;
};

using command_list = std::vector<std::unique_ptr<cli_command>>;

/// Reads the arguments (without the program's name), runs the command they name, and returns its status.
/// Mistakes in the arguments are exit_status::usage, with the nearest word; `--help` anywhere is passed.
[[nodiscard]] exit_status run_cli(const std::vector<std::string>& arguments, const command_list& commands,
                                  std::ostream& out, std::ostream& err);

/// One sentence for each exit status, in order, as `--help` and `explain` show them.
struct status_meaning {
  exit_status status;
  std::string_view word;
  std::string_view meaning;
};
[[nodiscard]] std::vector<status_meaning> status_meanings();
/// The same as the last part of a help text.
[[nodiscard]] std::string exit_status_text();

[[nodiscard]] std::unique_ptr<cli_command> make_run_command();
[[nodiscard]] std::unique_ptr<cli_command> make_test_command();
[[nodiscard]] std::unique_ptr<cli_command> make_bench_command();
[[nodiscard]] std::unique_ptr<cli_command> make_judge_command();
[[nodiscard]] std::unique_ptr<cli_command> make_report_command();
[[nodiscard]] std::unique_ptr<cli_command> make_compare_command();
[[nodiscard]] std::unique_ptr<cli_command> make_agree_command();
[[nodiscard]] std::unique_ptr<cli_command> make_fake_command();
[[nodiscard]] std::unique_ptr<cli_command> make_lint_command();
[[nodiscard]] std::unique_ptr<cli_command> make_list_command();
[[nodiscard]] std::unique_ptr<cli_command> make_explain_command();
[[nodiscard]] std::unique_ptr<cli_command> make_new_command();

}  // namespace kitfox::conformance
