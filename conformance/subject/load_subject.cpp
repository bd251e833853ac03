#include "conformance/subject/load_subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "conformance/scenario/binding.hpp"
#include "conformance/scenario/json_schema.hpp"
#include "conformance/scenario/map_reader.hpp"
#include "conformance/scenario/scenario_schema.hpp"
#include "conformance/spec/nearest_word.hpp"
#include "conformance/subject/embedded_subject_schema.hpp"
#include "conformance/subject/gateway_access.hpp"
#include "conformance/world/subject_variables.hpp"
#include "runtime/ascii.hpp"

namespace kitfox::conformance {
namespace {

const json_schema& subject_schema() {
  static const json_schema schema{embedded_subject_schema()};
  return schema;
}

/// The settings of one party, by the schema of scenarios.
const json_schema& settings_schema(party of) {
  const auto make = [](const char* name) {
    nlohmann::json document = scenario_schema().document()["$defs"][name];
    document["$defs"] = scenario_schema().document()["$defs"];
    return document.dump();
  };
  static const json_schema agent{make("agent_settings")}, gateway{make("gateway_settings")};
  return of == party::agent ? agent : gateway;
}

class subject_reader {
 public:
  explicit subject_reader(const std::string& path)
      : problems_{path}, text_{std::filesystem::absolute(path).parent_path().string(), problems_} {}

  loaded_subject read(std::string_view text) {
    yaml_parsed parsed = parse_yaml(text, problems_.file());
    if (!parsed.errors.empty()) return {{}, std::move(parsed.errors)};
    auto violations = subject_schema().validate(parsed.root, problems_.file());
    if (!violations.empty()) return {{}, std::move(violations)};
    const map_reader map{parsed.root, {}, problems_};
    subject out;
    out.role = map.text("role") == "agent" ? party::agent : party::gateway;
    out.name = map.text("name");
    read_command(map, out);
    read_files(map, out);
    read_gateway(map, out);
    read_environment(map, out);
    read_takes(map, out);
    read_commands(map, out);
    read_settings(map, out);
    read_ready(map, out);
    read_stop(map, out);
    read_profiles(map, out);
    read_known_failures(map, out);
    if (!problems_.errors.empty()) return {{}, std::move(problems_.errors)};
    return {std::move(out), {}};
  }

 private:
  /// What the program is given, for texts that name it.
  [[nodiscard]] static std::string variables_of(party role) {
    return role == party::agent ? "a variable that agents are given" : "a variable that gateways are given";
  }

  void read_command(const map_reader& map, subject& out) {
    if (const yaml_node* given = map.find("command"))
      out.program.command =
          text_.read_command(*given, "command", variable_names(out.role), variables_of(out.role));
  }

  void read_files(const map_reader& map, subject& out) {
    const yaml_node* const given = map.find("files");
    if (given == nullptr) return;
    for (const yaml_node& one : given->items) {
      out.files.push_back(text_.read(one, "files", {}, "known here"));
      std::error_code failure;
      if (!std::filesystem::exists(out.files.back(), failure))
        problems_.add(one.where, "files", "there is no file or folder " + out.files.back());
    }
  }

  void read_gateway(const map_reader& map, subject& out) {
    for (const char* key : {"reach", "keys"})
      if (out.role == party::agent && map.has(key))
        return map.fail(key, "is said of gateways; for an agent that somebody else starts there is --attach");
    if (const yaml_node* reach = map.find("reach")) {
      out.program.reached = read_reach(*reach, text_);
      for (const char* key : {"environment", "takes"})
        if (map.has(key))
          map.fail(key, "is said of a program that kitfox starts; this one is reached by URL");
    }
    const auto started = map.has("reach") ? gateway_start::by_somebody_else : gateway_start::by_kitfox;
    if (const yaml_node* keys = map.find("keys")) out.program.keys = read_keys(*keys, started, text_);
  }

  void read_ready(const map_reader& map, subject& out) {
    const yaml_node* const given = map.find("ready");
    if (given == nullptr) return;
    if (out.role == party::agent)
      return map.fail(
          "ready",
          "is said of gateways; an agent is there when its stream is, and says so by its probe_file");
    if (map.has("reach"))
      return map.fail("ready", "is said of a program that kitfox starts; this one is reached by URL");
    const map_reader ready{*given, "ready", problems_};
    out.program.ready.log = ready.text("log");
    out.program.ready.within = ready.span_or("within", out.program.ready.within);
  }

  void read_stop(const map_reader& map, subject& out) {
    const yaml_node* const given = map.find("stop");
    if (given == nullptr) return;
    if (map.has("reach"))
      return map.fail("stop", "is said of a program that kitfox starts; this one is reached by URL");
    out.program.stop_signal = map_reader{*given, "stop", problems_}.text("signal");
  }

  void read_environment(const map_reader& map, subject& out) {
    const yaml_node* const given = map.find("environment");
    if (given == nullptr) return;
    for (const yaml_member& one : given->members)
      out.program.environment.emplace_back(
          one.key,
          text_.read(one.value, "environment." + one.key, variable_names(out.role), variables_of(out.role)));
  }

  void read_takes(const map_reader& map, subject& out) {
    const yaml_node* const given = map.find("takes");
    if (given == nullptr) return;
    const auto take = [&](const yaml_node& one) {
      const std::string wrong = add_takeable(one.text, out.role, out.program.takes);
      if (!wrong.empty()) problems_.add(one.where, "takes", wrong);
    };
    if (given->is_scalar()) take(*given);
    for (const yaml_node& one : given->items) take(one);
  }

  void read_commands(const map_reader& map, subject& out) {
    const yaml_node* const given = map.find("commands");
    if (out.role == party::gateway) {
      if (given != nullptr) map.fail("commands", "is said of agents");
      return;
    }
    out.program.commands.emplace();
    if (given == nullptr) return;
    const auto add = [&](const yaml_node& one) {
      const std::string wrong = add_command(one.text, *out.program.commands);
      if (!wrong.empty()) problems_.add(one.where, "commands", wrong);
    };
    if (given->is_scalar()) add(*given);
    for (const yaml_node& one : given->items) add(one);
  }

  void read_settings(const map_reader& map, subject& out) {
    const yaml_node* const given = map.find("settings");
    if (given == nullptr) return;
    auto violations = settings_schema(out.role).validate(*given, problems_.file());
    for (load_error& one : violations) {
      one.path = one.path.empty() ? "settings" : "settings." + one.path;
      problems_.errors.push_back(std::move(one));
    }
    if (violations.empty()) out.program.own_settings = bind_settings({*given, "settings", problems_});
  }

  void read_profiles(const map_reader& map, subject& out) {
    if (!map.has("profiles")) return;
    out.profiles.clear();
    for (const std::string& one : map.texts("profiles"))
      if (const auto profile = parse_requirement_profile(one)) out.profiles.push_back(*profile);
    // The others come on top of it (SPEC.md, "Profiles").
    if (std::ranges::find(out.profiles, requirement_profile::core) == out.profiles.end())
      out.profiles.insert(out.profiles.begin(), requirement_profile::core);
  }

  void read_known_failures(const map_reader& map, subject& out) {
    const yaml_node* const given = map.find("known_failures");
    if (given == nullptr) return;
    for (const yaml_node& one : given->items) {
      parsed_known_failure parsed = parse_known_failure(one.text);
      if (parsed)
        out.known_failures.push_back(std::move(parsed.entry));
      else
        problems_.add(one.where, "known_failures", std::move(parsed.error));
    }
  }

  problem_list problems_;
  subject_text text_;
};

}  // namespace

parsed_known_failure parse_known_failure(std::string_view text) {
  const std::size_t hash = text.find('#');
  const std::string id{runtime::trimmed(text.substr(0, hash))};
  const requirement* const known = find_requirement(id);
  if (known == nullptr)
    return {{}, fmt::format("unknown requirement \"{}\"{}", id, suggestion(id, requirement_ids()))};
  const std::string reason{hash == std::string_view::npos ? "" : runtime::trimmed(text.substr(hash + 1))};
  if (reason.empty()) return {{}, fmt::format("no reason; expected \"{} # why it is broken\"", id)};
  return {{known->id, reason}, {}};
}

loaded_subject load_subject_text(std::string_view text, const std::string& path) {
  return subject_reader{path}.read(text);
}

loaded_subject load_subject(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || in.bad()) return {{}, {{{path, 0, 0}, {}, "cannot be read"}}};
  return load_subject_text(text.str(), path);
}

}  // namespace kitfox::conformance
