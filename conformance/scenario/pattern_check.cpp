#include "conformance/scenario/pattern_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

#include "conformance/spec/nearest_word.hpp"

namespace kitfox::conformance {
namespace {

using kind = yaml_node::kind;

enum class argument { any, pattern, list_of_patterns, text, expression, number, whole };
struct matcher {
  std::string_view name;
  argument takes;
};
/// Those of match_json().
constexpr std::array matchers{
    matcher{"$any", argument::any},          matcher{"$absent", argument::any},
    matcher{"$regex", argument::expression}, matcher{"$contains", argument::text},
    matcher{"$at_least", argument::number},  matcher{"$at_most", argument::number},
    matcher{"$size", argument::whole},       matcher{"$one_of", argument::list_of_patterns},
    matcher{"$has", argument::pattern},      matcher{"$each", argument::pattern},
};

void check_matcher(const yaml_member& one, const std::string& path, problem_list& problems) {
  const auto known = std::ranges::find(matchers, one.key, &matcher::name);
  if (known == matchers.end()) {
    std::vector<std::string> names;
    for (const matcher& each : matchers) names.emplace_back(each.name);
    problems.add(one.where, path,
                 fmt::format("unknown matcher \"{}\"{}", one.key, suggestion(one.key, names)));
    return;
  }
  const std::string below = path + "." + one.key;
  const auto want = [&](bool fits, const char* what) {
    if (!fits) problems.add(one.value.where, below, fmt::format("expected {}", what));
  };
  const kind type = one.value.type;
  switch (known->takes) {
    case argument::any:
      break;
    case argument::pattern:
      check_pattern(one.value, below, problems);
      break;
    case argument::list_of_patterns:
      want(type == kind::list, "a list");
      check_pattern(one.value, below, problems);
      break;
    case argument::text:
      want(type == kind::text, "a text");
      break;
    case argument::expression:
      want(type == kind::text, "a regular expression, which is a text");
      if (type == kind::text) check_expression(one.value, below, problems);
      break;
    case argument::number:
      want(type == kind::integer || type == kind::number, "a number");
      break;
    case argument::whole:
      want(type == kind::integer && !one.value.text.starts_with('-'), "a whole number, at least 0");
      break;
  }
}

}  // namespace

void check_expression(const yaml_node& node, const std::string& path, problem_list& problems) {
  try {
    static_cast<void>(std::regex{node.text});
  } catch (const std::regex_error&) {
    problems.add(node.where, path, fmt::format("\"{}\" is no regular expression of ECMAScript", node.text));
  }
}

void check_pattern(const yaml_node& node, const std::string& path, problem_list& problems) {
  for (std::size_t i = 0; i < node.items.size(); ++i)
    check_pattern(node.items[i], fmt::format("{}[{}]", path, i), problems);
  for (const yaml_member& one : node.members) {
    if (!one.key.starts_with('$'))
      check_pattern(one.value, path + "." + one.key, problems);
    else if (node.members.size() == 1)
      check_matcher(one, path, problems);
    else
      problems.add(one.where, path,
                   fmt::format("\"{}\" stands alone in its object, or matches nothing", one.key));
  }
}

}  // namespace kitfox::conformance
