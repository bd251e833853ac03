#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "conformance/cli/cli_command.hpp"
#include "conformance/scenario/corpus.hpp"
#include "conformance/scenario/scalar_text.hpp"
#include "conformance/scenario/schema_words.hpp"
#include "conformance/spec/nearest_word.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::size_t text_width = 96;

/// `text` in lines of at most text_width, each after `indent`.
std::string wrap(std::string_view text, std::string_view indent) {
  std::string out, line;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == text.npos ? std::string_view{} : text.substr(space + 1);
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > text_width) {
      out += fmt::format("{}{}\n", indent, line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string{word};
  }
  return out + fmt::format("{}{}\n", indent, line);
}

void print_section(std::ostream& out, std::string_view title, std::string_view text) {
  if (!text.empty()) out << title << "\n" << wrap(text, "  ");
}

void print_status(std::ostream& out, const status_meaning& one) {
  out << fmt::format("exit status {}  {}: {}\n", static_cast<int>(one.status), one.word, one.meaning);
}

class explain_command final : public cli_command {
 public:
  CLI::App* add_to(CLI::App& program) override {
    CLI::App* const flags =
        program.add_subcommand("explain",
                               "Explain a requirement, scenario, verb, fault, check, key, "
                               "setting or exit status (REV-1, revoke, herd/restart, 3)");
    flags->add_option("WORD", word_, "What to explain; none: everything there is to ask for");
    flags->add_option("--scenarios", paths_, "Scenario files, or folders of them (default: the corpus)")
        ->type_name("PATH");
    return flags;
  }

  exit_status run(std::ostream& out, std::ostream& err) override {
    const loaded_corpus corpus = load_corpus(paths_, load_options::fixtures::not_looked_at);
    if (word_.empty()) {
      print_topics(out, corpus);
      return exit_status::passed;
    }
    // One word may be several things: all of them are explained.
    bool found = explain_requirement(out, corpus);
    found = explain_word(out) || found;
    found = explain_scenario(out, corpus) || found;
    found = explain_status(out) || found;
    if (found) return exit_status::passed;
    err << fmt::format("nothing is called \"{}\"{}\n", word_, suggestion(word_, every_name(corpus)));
    return exit_status::usage;
  }

 private:
  static std::vector<std::string> every_name(const loaded_corpus& corpus) {
    std::vector<std::string> names{requirement_ids().begin(), requirement_ids().end()};
    for (const schema_word& one : schema_words()) names.push_back(one.name);
    for (const schema_word& one : schema_keys()) names.push_back(one.name);
    for (const scenario_case& one : corpus.cases) names.push_back(one.id);
    return names;
  }

  static void print_topics(std::ostream& out, const loaded_corpus& corpus) {
    out << "Requirements\n" << wrap(fmt::format("{}", fmt::join(requirement_ids(), " ")), "  ");
    using what = schema_word::what;
    for (const auto& [kind, title] :
         {std::pair{what::file_key, "Keys of a file"}, std::pair{what::step_key, "Words of a step"},
          std::pair{what::step_verb, "Verbs"}, std::pair{what::step_fault, "Faults"},
          std::pair{what::end_check, "Checks"}, std::pair{what::agent_setting, "Settings of agents"},
          std::pair{what::gateway_setting, "Settings of the gateway"}}) {
      std::string names;
      for (const auto all : {schema_words(), schema_keys()})
        for (const schema_word& one : all)
          if (one.kind == kind) names += (names.empty() ? "" : " ") + one.name;
      print_section(out, title, names);
    }
    out << "Exit status\n";
    for (const status_meaning& one : status_meanings())
      out << fmt::format("  {}  {}\n", static_cast<int>(one.status), one.word);
    out << "Scenarios\n  " << corpus.cases.size() << " cases; see `kitfox list`\n";
  }

  bool explain_requirement(std::ostream& out, const loaded_corpus& corpus) const {
    const requirement* const one = find_requirement(word_);
    if (one == nullptr) return false;
    out << fmt::format("{}  {}  {}  profile {}  area {}\n", one->id, to_string(one->level),
                       to_string(one->role), to_string(one->profile), one->area)
        << wrap(one->text, "  ");
    print_section(out, "Why", one->why);
    print_section(out, "How it is judged", one->judged);
    print_section(out, "Sources", fmt::format("{}", fmt::join(one->sources, "; ")));
    print_section(out, "Not testable from outside", one->not_testable);
    print_section(out, "Not verified by scenarios yet", one->unchecked);
    print_section(out, "Not looked at", one->partly);
    print_section(out, "Broken subjects that it finds", fmt::format("{}", fmt::join(one->mutants, " ")));
    std::vector<std::string> ids;
    for (const scenario_case& each : corpus.cases) {
      const bool verifies = std::ranges::find(each.what.verifies, one->id, &requirement_reference::id) !=
                            each.what.verifies.end();
      if (verifies && std::ranges::find(ids, each.id) == ids.end()) ids.push_back(each.id);
    }
    if (!ids.empty()) out << "Scenarios\n";
    for (const std::string& id : ids) out << "  " << id << "\n";
    return true;
  }

  bool explain_word(std::ostream& out) const {
    const auto words = find_schema_words(word_);
    for (const schema_word* one : words) {
      out << one->name << "  " << to_string(one->kind) << (one->family.empty() ? "" : ", ") << one->family
          << "\n"
          << wrap(one->description, "  ");
      if (!one->expected.empty()) out << wrap("Takes " + one->expected + ".", "  ");
      if (!one->keys.empty()) out << "Keys\n";
      for (const schema_key& key : one->keys) {
        const bool required = key.needed == schema_key::presence::required;
        out << fmt::format("  {}{}: {}\n", key.name, required ? " (required)" : "", key.expected);
        if (!key.description.empty() && key.description != key.expected)
          out << wrap(key.description, "      ");
      }
      if (!one->examples.empty()) out << "Example\n";
      for (const std::string& example : one->examples) out << "  - " << example << "\n";
    }
    return !words.empty();
  }

  bool explain_scenario(std::ostream& out, const loaded_corpus& corpus) const {
    const scenario_case* shown = nullptr;
    std::string worlds;
    for (const scenario_case& one : corpus.cases) {
      if (one.id != word_ && !one.id.starts_with(word_ + "[")) continue;
      if (shown == nullptr) shown = &one;
      if (one.id == shown->id)
        worlds += fmt::format("{}{}", worlds.empty() ? "" : ", ", to_string(one.world));
    }
    if (shown == nullptr) return false;
    const scenario& what = shown->what;
    out << fmt::format("{}  in {}\n", word_, worlds) << wrap(what.title, "  ");
    print_section(out, "Why not everywhere", what.because);
    out << "File\n  " << what.where.file << "\nVerifies\n";
    for (const requirement_reference& one : what.verifies)
      out << wrap(fmt::format("{}: {}", one.id, find_requirement(one.id)->text), "  ");
    std::string verbs, checks;
    for (const step& one : what.steps)
      if (fmt::format(" {} ", verbs).find(fmt::format(" {} ", one.verb_name)) == std::string::npos)
        verbs += (verbs.empty() ? "" : " ") + one.verb_name;
    for (const check& one : what.checks) checks += (checks.empty() ? "" : " ") + one.name;
    print_section(out, "Uses", verbs);
    print_section(out, "Expects", checks);
    out << fmt::format("Run it\n  kitfox run --filter '{}'\n", shown->id);
    return true;
  }

  bool explain_status(std::ostream& out) const {
    bool found = false;
    for (const status_meaning& one : status_meanings()) {
      if (word_ != std::to_string(static_cast<int>(one.status)) && word_ != one.word) continue;
      print_status(out, one);
      found = true;
    }
    return found;
  }

  std::string word_;
  std::vector<std::string> paths_;
};

}  // namespace

std::unique_ptr<cli_command> make_explain_command() { return std::make_unique<explain_command>(); }

}  // namespace kitfox::conformance
