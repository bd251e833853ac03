#include <fmt/format.h>

#include <exception>
#include <iostream>

#include "conformance/cli/cli_command.hpp"

namespace {

/// Every command of the program, in the order of `--help`.
kitfox::conformance::command_list make_commands() {
  using namespace kitfox::conformance;
  command_list commands;
  commands.push_back(make_run_command());
  commands.push_back(make_test_command());
  commands.push_back(make_judge_command());
  commands.push_back(make_report_command());
  commands.push_back(make_compare_command());
  commands.push_back(make_agree_command());
  commands.push_back(make_lint_command());
  commands.push_back(make_list_command());
  commands.push_back(make_explain_command());
  commands.push_back(make_new_command());
  commands.push_back(make_bench_command());
  commands.push_back(make_fake_command());
  return commands;
}

}  // namespace

int main(int argc, char** argv) {
  using kitfox::conformance::exit_status;
  try {
    const std::vector<std::string> arguments{argv + 1, argv + argc};
    return static_cast<int>(kitfox::conformance::run_cli(arguments, make_commands(), std::cout, std::cerr));
  } catch (const std::exception& failure) {
    std::cerr << "kitfox: " << failure.what() << "\n";
    return static_cast<int>(exit_status::harness_error);
  }
}
