#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/cli/scenario_template.hpp"
#include "conformance/scenario/corpus.hpp"
#include "conformance/scenario/scenario_schema.hpp"

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;

class new_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags = program.add_subcommand("new", "Write a new file to start from");
    flags->require_subcommand(1);
    CLI::App* const scenario =
        flags->add_subcommand("scenario", "Write a commented scenario that is valid as it is");
    scenario->add_option("NAME", name_, "Its name: lower-case letters, digits and -, as in agent-comes-back")
        ->required()
        ->check(valid_name());
    scenario->add_option("--area", area_, "The folder it goes to")
        ->check(CLI::IsMember(scenario_areas()))
        ->capture_default_str();
    scenario->add_option("--corpus", root_, "The corpus it goes to; made if need be")
        ->type_name("DIR")
        ->capture_default_str();
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    const fs::path folder = fs::path{root_} / area_;
    const fs::path file = folder / (name_ + ".yaml");
    std::error_code failed;
    if (fs::exists(file, failed)) {
      err << file.string() << ": exists already\n";
      return exit_status::usage;
    }
    const fs::path schema = fs::path{root_} / "schema" / "scenario-v1.json";
    fs::create_directories(folder, failed);
    if (!failed) fs::create_directories(schema.parent_path(), failed);
    const bool written = !failed && (fs::exists(schema) || write(schema, scenario_schema_text())) &&
                         write(file, print_scenario_template(name_, area_));
    if (!written) {
      err << file.string() << ": cannot be written\n";
      return exit_status::usage;
    }
    out << fmt::format("wrote {0}\nnext: edit it, `kitfox lint {0}`, `kitfox run {0}`\n", file.string());
    return exit_status::passed;
  }

 private:
  static bool write(const fs::path& path, std::string_view text) {
    std::ofstream file{path, std::ios::binary};
    file << text;
    file.close();
    return static_cast<bool>(file);
  }

  static CLI::Validator valid_name() {
    return {[](std::string& name) -> std::string {
              const bool plain =
                  !name.empty() && name.front() != '-' && std::ranges::all_of(name, [](char c) {
                    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                  });
              return plain ? "" : fmt::format("\"{}\": expected lower-case letters, digits and - only", name);
            },
            "NAME"};
  }

  std::string name_;
  std::string area_ = "connect";
  std::string root_ = "scenarios";
};

}  // namespace

std::unique_ptr<cli_command> make_new_command() { return std::make_unique<new_command>(); }

}  // namespace kitfox::conformance
