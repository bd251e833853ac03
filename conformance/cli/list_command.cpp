#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/scenario/corpus.hpp"
#include "conformance/scenario/scalar_text.hpp"
#include "conformance/spec/nearest_word.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

/// All worlds of one id.
struct listed_case {
  const scenario_case* first = nullptr;
  std::vector<std::string> worlds;
};

std::vector<std::string> requirement_list(const scenario& one) {
  std::vector<std::string> ids;
  for (const requirement_reference& each : one.verifies) ids.push_back(each.id);
  return ids;
}

nlohmann::ordered_json to_json(const listed_case& one) {
  const scenario& what = one.first->what;
  nlohmann::ordered_json choices = nlohmann::ordered_json::object();
  for (const auto& [axis, value] : one.first->choices) choices[axis] = value;
  return {{"id", one.first->id},  {"title", what.title},     {"area", what.area},
          {"worlds", one.worlds}, {"because", what.because}, {"verifies", requirement_list(what)},
          {"seeds", what.seeds},  {"choices", choices},      {"file", what.where.file}};
}

class list_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags =
        program.add_subcommand("list", "List the cases with their worlds and requirements");
    flags->add_option("PATH", paths_, "Scenario files, or folders of them (default: the corpus)");
    flags->add_flag("--json", json_, "Print a JSON array, one object a case");
    flags->add_option("--world", world_, "Only cases of this world")
        ->check(CLI::IsMember({"sim", "sockets", "live"}));
    flags->add_option("--requirement", requirement_, "Only cases that verify this requirement")
        ->type_name("ID");
    flags->add_option("--filter", filter_, "Only cases whose id fits; * stands for anything")
        ->type_name("GLOB");
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    if (!requirement_.empty() && find_requirement(requirement_) == nullptr) {
      err << fmt::format("unknown requirement \"{}\"{}\n", requirement_,
                         suggestion(requirement_, requirement_ids()));
      return exit_status::usage;
    }
    const loaded_corpus corpus = load_corpus(paths_);
    for (const load_error& error : corpus.errors) err << to_string(error) << "\n";
    if (!corpus.errors.empty()) return exit_status::usage;
    const auto cases = select(corpus);
    if (cases.empty()) {
      err << "no case fits\n";
      return exit_status::nothing_executed;
    }
    if (json_)
      print_json(cases, out);
    else
      print_table(cases, out);
    return exit_status::passed;
  }

 private:
  std::vector<listed_case> select(const loaded_corpus& corpus) const {
    std::map<std::string, listed_case> by_id;
    for (const scenario_case& one : corpus.cases) {
      const auto ids = requirement_list(one.what);
      if (!world_.empty() && world_ != to_string(one.world)) continue;
      if (!requirement_.empty() && std::ranges::find(ids, requirement_) == ids.end()) continue;
      if (!filter_.empty() && !fits_glob(filter_, one.id)) continue;
      listed_case& entry = by_id[one.id];
      if (entry.first == nullptr) entry.first = &one;
      entry.worlds.emplace_back(to_string(one.world));
    }
    std::vector<listed_case> cases;
    for (auto& [id, entry] : by_id) cases.push_back(std::move(entry));
    return cases;
  }

  static void print_json(const std::vector<listed_case>& cases, std::ostream& out) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const listed_case& one : cases) list.push_back(to_json(one));
    out << list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  }

  static void print_table(const std::vector<listed_case>& cases, std::ostream& out) {
    std::size_t width = 0;
    for (const listed_case& one : cases) width = std::max(width, one.first->id.size());
    for (const listed_case& one : cases)
      out << fmt::format(
          "{:<{}}  {:<11}  {:<20}  {}\n", one.first->id, width, fmt::format("{}", fmt::join(one.worlds, ",")),
          fmt::format("{}", fmt::join(requirement_list(one.first->what), ",")), one.first->what.title);
    out << fmt::format("{} case{}\n", cases.size(), cases.size() == 1 ? "" : "s");
  }

  std::vector<std::string> paths_;
  bool json_ = false;
  std::string world_, requirement_, filter_;
};

}  // namespace

std::unique_ptr<cli_command> make_list_command() { return std::make_unique<list_command>(); }

}  // namespace kitfox::conformance
