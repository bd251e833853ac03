#include "conformance/spec/requirement_registry.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/spec/embedded_requirements.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {
namespace {

requirement_level level_of(const std::string& word) {
  KITFOX_ASSERT(word == "MUST" || word == "SHOULD");
  return word == "MUST" ? requirement_level::must : requirement_level::should;
}

requirement_role role_of(const std::string& word) {
  KITFOX_ASSERT(word == "agent" || word == "gateway" || word == "both");
  if (word == "both") return requirement_role::both;
  return word == "agent" ? requirement_role::agent : requirement_role::gateway;
}

requirement_profile profile_of(const std::string& word) {
  const auto known = parse_requirement_profile(word);
  KITFOX_ASSERT(known);
  return *known;
}

requirement_side read_side(const nlohmann::json& row, const char* name) {
  const nlohmann::json notes =
      row.value("sides", nlohmann::json::object()).value(name, nlohmann::json::object());
  return {notes.value("not_testable", ""), notes.value("no_mutant", "")};
}

requirement read_requirement(const nlohmann::json& row) {
  const auto text = [&](const char* name) { return row.at(name).get<std::string>(); };
  const auto texts = [&](const char* name) { return row.at(name).get<std::vector<std::string>>(); };
  requirement one;
  one.id = text("id");
  one.level = level_of(text("level"));
  one.role = role_of(text("role"));
  one.profile = profile_of(text("profile"));
  one.area = text("area");
  one.text = text("text");
  one.judged = text("judged");
  one.why = text("why");
  one.sources = texts("sources");
  one.aliases = texts("aliases");
  one.not_testable = row.value("not_testable", "");
  one.unchecked = row.value("unchecked", "");
  one.partly = row.value("partly", "");
  one.no_mutant = row.value("no_mutant", "");
  one.of_agent = read_side(row, "agent");
  one.of_gateway = read_side(row, "gateway");
  one.checks = texts("checks");
  one.scenarios = texts("scenarios");
  one.mutants = texts("mutants");
  return one;
}

}  // namespace

std::vector<requirement> parse_requirements(std::string_view json) {
  const auto document = nlohmann::json::parse(json);
  std::vector<requirement> all;
  for (const auto& row : document.at("requirements")) all.push_back(read_requirement(row));
  return all;
}

const requirement* find_requirement(std::span<const requirement> all, std::string_view id) {
  const auto named = std::ranges::find(all, id, &requirement::id);
  if (named != all.end()) return &*named;
  const auto renamed = std::ranges::find_if(
      all, [id](const requirement& one) { return std::ranges::find(one.aliases, id) != one.aliases.end(); });
  return renamed == all.end() ? nullptr : &*renamed;
}

std::span<const requirement> requirements() {
  static const std::vector<requirement> all = parse_requirements(embedded_requirements());
  return all;
}

std::span<const std::string> requirement_ids() {
  static const std::vector<std::string> ids = [] {
    std::vector<std::string> made;
    for (const requirement& one : requirements()) made.push_back(one.id);
    return made;
  }();
  return ids;
}

const requirement* find_requirement(std::string_view id) { return find_requirement(requirements(), id); }

std::string_view to_string(requirement_level level) noexcept {
  return level == requirement_level::must ? "MUST" : "SHOULD";
}

std::string_view to_string(requirement_role role) noexcept {
  switch (role) {
    case requirement_role::agent:
      return "agent";
    case requirement_role::gateway:
      return "gateway";
    case requirement_role::both:
      return "both";
  }
  return "both";
}

std::string_view to_string(requirement_profile profile) noexcept {
  switch (profile) {
    case requirement_profile::core:
      return "core";
    case requirement_profile::fleet:
      return "fleet";
    case requirement_profile::secure:
      return "secure";
  }
  return "core";
}

std::optional<requirement_profile> parse_requirement_profile(std::string_view word) noexcept {
  for (const auto one : {requirement_profile::core, requirement_profile::fleet, requirement_profile::secure})
    if (to_string(one) == word) return one;
  return std::nullopt;
}

}  // namespace kitfox::conformance
