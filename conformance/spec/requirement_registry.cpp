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

std::vector<requirement> read_all() {
  const auto document = nlohmann::json::parse(embedded_requirements());
  std::vector<requirement> all;
  for (const auto& row : document.at("requirements")) {
    requirement one;
    one.id = row.at("id").get<std::string>();
    one.level = level_of(row.at("level").get<std::string>());
    one.role = role_of(row.at("role").get<std::string>());
    one.area = row.at("area").get<std::string>();
    one.text = row.at("text").get<std::string>();
    one.judged = row.at("judged").get<std::string>();
    one.why = row.at("why").get<std::string>();
    const auto& checked = row.at("checked");
    if (checked != true) one.unchecked = checked.get<std::string>();
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

std::span<const requirement> requirements() {
  static const std::vector<requirement> all = read_all();
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

const requirement* find_requirement(std::string_view id) {
  const auto all = requirements();
  const auto found = std::ranges::find(all, id, &requirement::id);
  return found == all.end() ? nullptr : &*found;
}

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

}  // namespace kitfox::conformance
