#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/scenario/corpus.hpp"

namespace kitfox::conformance {
namespace {

class lint_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags =
        program.add_subcommand("lint", "Check scenario files; print every mistake with its place");
    flags->add_option("PATH", paths_, "Scenario files, or folders of them (default: the corpus)");
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    const loaded_corpus corpus = load_corpus(paths_);
    for (const load_error& error : corpus.errors) err << to_string(error) << "\n";
    if (!corpus.errors.empty()) {
      err << fmt::format("{} mistake{} in {} file{}\n", corpus.errors.size(),
                         corpus.errors.size() == 1 ? "" : "s", corpus.files, corpus.files == 1 ? "" : "s");
      return exit_status::usage;
    }
    if (corpus.cases.empty()) {
      err << "no scenario files found\n";
      return exit_status::nothing_executed;
    }
    out << fmt::format("{} scenario file{}, {} cases, no mistakes\n", corpus.files,
                       corpus.files == 1 ? "" : "s", corpus.cases.size());
    return exit_status::passed;
  }

 private:
  std::vector<std::string> paths_;
};

}  // namespace

std::unique_ptr<cli_command> make_lint_command() { return std::make_unique<lint_command>(); }

}  // namespace kitfox::conformance
