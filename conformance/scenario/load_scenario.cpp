#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "conformance/scenario/binding.hpp"
#include "conformance/scenario/command_check.hpp"
#include "conformance/scenario/expansion.hpp"
#include "conformance/scenario/fault_check.hpp"
#include "conformance/scenario/known_words.hpp"
#include "conformance/scenario/plausibility.hpp"
#include "conformance/scenario/scenario_schema.hpp"
#include "conformance/scenario/set_aside.hpp"
#include "conformance/spec/nearest_word.hpp"
#include "conformance/spec/requirement_registry.hpp"

namespace kitfox::conformance {
namespace {

namespace fs = std::filesystem;

class file_loader {
 public:
  file_loader(const std::string& name, const load_options& options)
      : name_{name}, options_{options}, problems_{name} {}

  loaded load(std::string_view text) {
    yaml_parsed parsed = parse_yaml(text, name_);
    if (!parsed.errors.empty()) return refuse(std::move(parsed.errors));
    auto violations = scenario_schema().validate(parsed.root, name_);
    const yaml_node whole = parsed.root;
    if (!set_aside(parsed.root, violations)) return refuse(std::move(violations));
    problems_.errors = std::move(violations);
    if (std::ranges::find(problems_.errors, "area", &load_error::path) == problems_.errors.end())
      check_file_name(parsed.root);
    find_unused(whole, name_, problems_.errors);

    loaded result;
    const std::vector<world_kind> worlds = worlds_of(parsed.root);
    in_sockets_ = std::ranges::find(worlds, world_kind::sockets) != worlds.end();
    for (const world_kind world : worlds)
      for (const matrix_choice& choice : matrix_choices(parsed.root))
        bind_case(parsed.root, choice, world, result);
    if (!problems_.errors.empty()) return refuse(std::move(problems_.errors));
    std::ranges::stable_sort(
        result.cases, [](const scenario_case& one, const scenario_case& other) { return one.id < other.id; });
    return result;
  }

 private:
  /// In the order of the file, each once: cases of one file share most of their mistakes.
  static loaded refuse(std::vector<load_error> errors) {
    std::ranges::stable_sort(errors, [](const load_error& one, const load_error& other) {
      return std::pair{one.where.line, one.where.column} < std::pair{other.where.line, other.where.column};
    });
    loaded result;
    std::set<std::string> seen;
    for (load_error& one : errors)
      if (seen.insert(fmt::format("{}:{}:{}", one.where.line, one.where.column, one.message)).second)
        result.errors.push_back(std::move(one));
    return result;
  }

  std::vector<world_kind> worlds_of(const yaml_node& root) {
    const yaml_node* const given = root.find("worlds");
    if (given == nullptr) {
      refuse_reason(root);
      return {world_kind::sim, world_kind::sockets, world_kind::live};
    }
    std::vector<world_kind> worlds;
    bool complete_sim = false, complete_sockets = false;
    for (const yaml_node& one : given->items) {
      const world_kind world = one.text == "sim"       ? world_kind::sim
                               : one.text == "sockets" ? world_kind::sockets
                                                       : world_kind::live;
      complete_sim = complete_sim || world == world_kind::sim;
      complete_sockets = complete_sockets || world == world_kind::sockets;
      worlds.push_back(world);
    }
    if (const yaml_node* const agreement = root.find("agreement");
        agreement != nullptr && !(complete_sim && complete_sockets))
      problems_.add(agreement->where, "agreement", "only one world is there: nothing could disagree");
    if (!(complete_sim && complete_sockets) && root.find("because") == nullptr)
      problems_.add(given->where, "worlds",
                    fmt::format("leaves out {}; say why in `because`", complete_sim ? "sockets" : "sim"));
    if (complete_sim && complete_sockets) refuse_reason(root);
    return worlds;
  }

  void refuse_reason(const yaml_node& root) {
    if (const yaml_node* const reason = root.find("because"); reason != nullptr)
      problems_.add(reason->where, "because", "no world is left out");
  }

  void check_file_name(const yaml_node& root) {
    const fs::path path{name_};
    const std::string stem = path.stem().string();
    const bool plain = !stem.empty() && std::ranges::all_of(stem, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!plain)
      problems_.add(
          {}, {}, "the name of the file makes the id of the scenario: lower-case letters, digits and - only");
    const auto areas =
        scenario_schema().document()["properties"]["area"]["enum"].get<std::vector<std::string>>();
    const std::string folder = path.parent_path().filename().string();
    const std::string area = root.find("area")->text;
    if (std::ranges::find(areas, folder) != areas.end() && folder != area)
      problems_.add(root.find("area")->where, "area",
                    fmt::format("\"{}\", but the file is in the folder \"{}\"", area, folder));
  }

  std::string find_fixture(const std::string& fixture) const {
    const fs::path folder = fs::path{name_}.parent_path();
    std::vector<fs::path> places{folder / fixture};
    if (!options_.corpus_root.empty()) places.push_back(fs::path{options_.corpus_root} / fixture);
    if (options_.check_fixtures == load_options::fixtures::not_looked_at) return places.back().string();
    std::error_code failed;
    for (const fs::path& place : places)
      if (fs::is_regular_file(place, failed)) return place.string();
    return {};
  }

  void bind_case(const yaml_node& root, const matrix_choice& choice, world_kind world, loaded& result) {
    const std::size_t errors_before = problems_.errors.size();
    auto [made, sound] = expand(root, choice, world, name_, problems_.errors);
    if (!sound) return;
    const auto violations = scenario_schema().validate(made, name_);
    problems_.errors.insert(problems_.errors.end(), violations.begin(), violations.end());
    if (!set_aside(made, violations)) return;
    scenario_case one;
    one.world = world;
    one.choices = choice;
    one.what = bind_scenario(made);
    one.id = one.what.area + "/" + fs::path{name_}.stem().string();
    std::string suffix;
    for (const auto& [axis, value] : choice)
      suffix += fmt::format("{}{}={}", suffix.empty() ? "" : ",", axis, value);
    if (!suffix.empty()) one.id += "[" + suffix + "]";
    // Where there are two worlds of real time, one complaint is enough.
    const bool told = world == world_kind::live && in_sockets_;
    const auto unsound = find_unsound(made, errors_before);
    if (unsound && !told) find_implausible(one.what, world, *unsound, problems_);
    if (problems_.errors.size() != errors_before) return;
    blame_headline(one.what);
    result.cases.push_back(std::move(one));
  }

  /// The steps and checks that are broken or have been reported since; empty where more is wrong than they.
  std::optional<unsound_parts> find_unsound(const yaml_node& root, std::size_t errors_before) const {
    unsound_parts found;
    const auto add = [&root](const char* key, std::set<std::size_t>& to) {
      const yaml_node* const list = root.find(key);
      for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i)
        if (is_set_aside(list->items[i])) to.insert(i);
    };
    add("steps", found.steps);
    add("expect", found.checks);
    for (std::size_t i = errors_before; i < problems_.errors.size(); ++i) {
      const load_error& one = problems_.errors[i];
      if (const auto step = part_of(one.path, "steps"))
        found.steps.insert(*step);
      else if (const auto check = part_of(one.path, "expect"))
        found.checks.insert(*check);
      else if (!one.message.starts_with("unknown requirement"))
        return std::nullopt;
    }
    return found;
  }

  /// Whether it does more than look, wait or send commands.
  static bool disturbs(const step& each) {
    return std::visit(
        []<class Action>(const Action&) {
          return !(std::is_same_v<Action, await_verb> || std::is_same_v<Action, wait_verb> ||
                   std::is_same_v<Action, comment_verb> || std::is_same_v<Action, execute_verb> ||
                   std::is_same_v<Action, ask_verb> || std::is_same_v<Action, send_verb> ||
                   std::is_same_v<Action, can_i_verb>);
        },
        each.action);
  }

  /// An expectation that names no requirement is about the first that the scenario verifies. So is a state
  /// that is awaited once something was disturbed: subjects are to come to it. Before that it is awaited so
  /// that the scenario can go on, and says nothing about it, unless nothing else does. An invariant has
  /// requirements of its own.
  static void blame_headline(scenario& one) {
    const std::string& headline = one.verifies.front().id;
    const auto speaks = [](const step& each) {
      return each.requirement.empty() && !each.proves_nothing && expects_something(each);
    };
    const auto merely_awaits = [](const step& each) {
      return std::holds_alternative<await_verb>(each.action);
    };
    const auto speaks_of_it = [](const check& each) {
      return each.requirement.empty() && !std::holds_alternative<invariant_check>(each.what);
    };
    const bool said_elsewhere =
        std::ranges::any_of(
            one.checks,
            [&](const check& each) { return speaks_of_it(each) || each.requirement == headline; }) ||
        std::ranges::any_of(one.steps, [&](const step& each) {
          return (speaks(each) || each.requirement == headline) && !merely_awaits(each);
        });
    bool disturbed = false;
    for (step& each : one.steps) {
      disturbed = disturbed || disturbs(each);
      if (speaks(each) && !(merely_awaits(each) && said_elsewhere && !disturbed)) each.requirement = headline;
    }
    for (check& each : one.checks)
      if (speaks_of_it(each)) each.requirement = headline;
  }

  scenario bind_scenario(const yaml_node& root) {
    const map_reader map{root, {}, problems_};
    scenario made;
    made.where = map.mark();
    made.title = map.text("title");
    made.area = map.text("area");
    made.because = map.text("because");
    if (const yaml_node* const agreement = root.find("agreement"); agreement != nullptr) {
      const map_reader reader{*agreement, "agreement", problems_};
      made.may_differ_because = reader.text("skip");
      made.may_repeat_because = reader.text("repeats");
    }
    made.seeds = map.count32_or("seeds", 1);
    made.settle = map.span_or("settle", {});
    bind_verifies(*root.find("verifies"), made);
    if (const yaml_node* const settings = root.find("settings"); settings != nullptr) {
      const map_reader parties{*settings, "settings", problems_};
      if (parties.has("agent"))
        made.agent_settings = bind_settings({*parties.find("agent"), "settings.agent", problems_});
      if (parties.has("gateway"))
        made.gateway_settings = bind_settings({*parties.find("gateway"), "settings.gateway", problems_});
    }
    const map_reader topology_map{*root.find("topology"), "topology", problems_};
    bind_topology(
        topology_map, [this](const std::string& name) { return find_fixture(name); }, problems_,
        made.topology);
    if (made.topology.clusters.empty() && problems_.errors.empty())
      problems_.add(topology_map.node().where, "topology", "no clusters");
    const name_resolution names{made.topology, problems_};
    bind_links(topology_map, names, made.topology);
    bind_timeline(root, names, made);
    return made;
  }

  void bind_timeline(const yaml_node& root, const name_resolution& names, scenario& made) {
    bind_context context{names, scenario_verbs(), problems_};
    const yaml_node& steps = *root.find("steps");
    made.steps = bind_steps(steps, context);
    std::set<std::size_t> missing;
    for (std::size_t i = 0; i < made.steps.size(); ++i) {
      if (!is_set_aside(steps.items[i])) continue;
      missing.insert(i);
      step& one = made.steps[i];
      const bool is_named = steps.items[i].find("name") != nullptr;
      one.verb_name = std::get<comment_verb>(one.action).text;
      if (!is_named) one.name = one.verb_name;
    }
    const step_names step_references{made.steps, std::move(missing)};
    context.steps = &step_references;
    bind_step_references(steps, context, made.steps);
    if (const yaml_node* const expect = root.find("expect"); expect != nullptr)
      made.checks = bind_checks(*expect, context);
    check_words(root, made, problems_);
    for (std::size_t i = 0; i < made.steps.size(); ++i) {
      const std::string path = fmt::format("steps[{}]", i);
      check_command(made.steps[i], path, problems_);
      check_fault(made.steps[i], path, problems_);
    }
    for (const step& one : made.steps) check_requirement(one.requirement, one.where);
    for (const check& one : made.checks) check_requirement(one.requirement, one.where);
  }

  void bind_verifies(const yaml_node& list, scenario& into) {
    for (const yaml_node& one : list.items) {
      const std::size_t slash = one.text.find('/');
      const std::string id = one.text.substr(0, slash);
      into.verifies.push_back({problems_.mark(one.where), id, side_of(slash, one)});
      check_requirement(id, into.verifies.back().where);
    }
  }

  /// Of "BAD-1/agent"; only what both promise has sides.
  requirement_role side_of(std::size_t slash, const yaml_node& of) {
    if (slash == std::string::npos) return requirement_role::both;
    const requirement* const about = find_requirement(of.text.substr(0, slash));
    if (about != nullptr && about->role != requirement_role::both)
      problems_.add(of.where, "verifies", fmt::format("{} is promised by one side anyway", about->id));
    return of.text.ends_with("/agent") ? requirement_role::agent : requirement_role::gateway;
  }

  void check_requirement(const std::string& id, const source_mark& where) {
    if (id.empty() || find_requirement(id) != nullptr) return;
    problems_.add({where.line, where.column}, {},
                  fmt::format("unknown requirement \"{}\"{}", id, suggestion(id, requirement_ids())));
  }

  const std::string& name_;
  const load_options& options_;
  problem_list problems_;
  bool in_sockets_ = false;  ///< Whether the scenario runs there.
};

}  // namespace

loaded load_scenario_text(std::string_view text, const std::string& name, const load_options& options) {
  return file_loader{name, options}.load(text);
}

loaded load_scenario(const std::string& path, const load_options& options) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  // Nothing to copy, as of an empty file, counts as a failure of `text`.
  const bool empty = file.peek() == std::ifstream::traits_type::eof();
  if (!empty) text << file.rdbuf();
  if (!file.is_open() || file.bad() || !text) {
    loaded result;
    result.errors.push_back({{path, 0, 0}, {}, "cannot be read"});
    return result;
  }
  return load_scenario_text(text.str(), path, options);
}

std::string_view to_string(world_kind world) noexcept {
  switch (world) {
    case world_kind::sim:
      return "sim";
    case world_kind::sockets:
      return "sockets";
    case world_kind::live:
      return "live";
  }
  return "sim";
}

std::string to_string(const source_mark& mark) {
  return mark.line == 0 ? mark.file : fmt::format("{}:{}:{}", mark.file, mark.line, mark.column);
}

std::string to_string(const load_error& error) {
  return fmt::format("{}: {}{}{}", to_string(error.where), error.path, error.path.empty() ? "" : ": ",
                     error.message);
}

std::string case_name(const scenario_case& one, std::uint64_t seed) {
  return fmt::format("{}@{}#{}", one.id, to_string(one.world), seed);
}

}  // namespace kitfox::conformance
