#include "conformance/cli/cli_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "conformance/spec/nearest_word.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* getting_started = R"(
Begin here:
  kitfox run                          the whole corpus in virtual time, in seconds
  kitfox run --world all --out DIR    also between real processes; report.html, junit.xml and more in DIR
  kitfox test agent -- ./my-agent     anybody's agent against the specification; `--quick` for a first look
  kitfox new scenario my-case         a commented scenario to start from; `kitfox lint` says what is wrong with it
  kitfox explain REC-4                a requirement, a word of a scenario, a scenario, an exit status
  kitfox COMMAND --help               all flags of a command, with examples
)";

/// CLI11 says only that an argument was not expected; a misspelt command deserves better.
std::string unknown_command(const std::vector<std::string>& arguments, const CLI::App& program) {
  if (arguments.empty() || arguments.front().starts_with('-')) return {};
  std::vector<std::string> names;
  for (const CLI::App* one : program.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(one->get_name());
  if (std::ranges::find(names, arguments.front()) != names.end()) return {};
  return fmt::format("unknown command \"{}\"{}", arguments.front(), suggestion(arguments.front(), names));
}

}  // namespace

std::string exit_status_text() {
  std::string text = "\nExit status:\n";
  for (const status_meaning& one : status_meanings())
    text += fmt::format("  {:<4} {:<16}  {}\n", static_cast<int>(one.status), one.word, one.meaning);
  return text;
}

std::vector<status_meaning> status_meanings() {
  return {
      {exit_status::passed, "passed", "every requirement that was judged holds"},
      {exit_status::failed, "failed", "the subject broke a requirement"},
      {exit_status::usage, "usage", "an argument or a scenario file is wrong; nothing ran"},
      {exit_status::inconclusive, "inconclusive",
       "evidence is missing, for example a planned fault never fired"},
      {exit_status::nothing_executed, "nothing executed", "no case matched, or all were skipped"},
      {exit_status::harness_error, "harness error",
       "kitfox itself went wrong; nothing is said about the subject"},
      {exit_status::interrupted, "interrupted",
       "SIGINT or SIGTERM ended the run; its processes and folders are gone"},
  };
}

exit_status run_cli(const std::vector<std::string>& arguments, const command_list& commands,
                    std::ostream& out, std::ostream& err) {
  CLI::App program{
      "Does an outbound Kubernetes agent, or its gateway, keep its promises when network, keys and cluster "
      "misbehave? kitfox plays scenarios and judges them from what was on the wire.",
      "kitfox"};
  program.set_version_flag("--version", "kitfox " KITFOX_VERSION, "Print the version and exit");
  program.require_subcommand(1);
  program.footer(getting_started + exit_status_text());
  std::vector<std::pair<const CLI::App*, cli_command*>> added;
  for (const auto& one : commands) added.emplace_back(one->add_to(program), one.get());

  if (const std::string wrong = unknown_command(arguments, program); !wrong.empty()) {
    err << "kitfox: " << wrong << "\nRun `kitfox --help` for the list of commands.\n";
    return exit_status::usage;
  }
  try {
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};
    program.parse(std::move(reversed));
  } catch (const CLI::ParseError& stopped) {
    return program.exit(stopped, out, err) == 0 ? exit_status::passed : exit_status::usage;
  }
  for (const auto& [flags, command] : added)
    if (flags->parsed()) return command->run(out, err);
  return exit_status::usage;
}

}  // namespace kitfox::conformance
