#include "fakes/kube/label_selector.hpp"

#include <algorithm>

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

bool label_requirement::matches(std::optional<std::string_view> value) const {
  const auto listed = [&] { return std::find(values.begin(), values.end(), *value) != values.end(); };
  switch (compare) {
    case comparison::in:
      return value && listed();
    case comparison::not_in:
      return !value || !listed();
    case comparison::exists:
      return value.has_value();
    case comparison::not_exists:
      return !value;
    case comparison::greater:
    case comparison::less: {
      const auto left = value ? go_parse_int(*value) : std::nullopt;
      const auto right = go_parse_int(values.front());
      if (!left || !right) return false;
      return compare == comparison::greater ? *left > *right : *left < *right;
    }
  }
  return false;
}

bool label_selector::matches(const json& labels) const {
  return std::all_of(requirements_.begin(), requirements_.end(), [&](const label_requirement& requirement) {
    if (!labels.is_object()) return requirement.matches(std::nullopt);
    const auto found = labels.find(requirement.key);
    if (found == labels.end() || !found->is_string()) return requirement.matches(std::nullopt);
    return requirement.matches(found->get_ref<const std::string&>());
  });
}

std::string print_label_selector(const json& selector) {
  std::string out;
  const auto add = [&out](const std::string& term) { out.append(out.empty() ? "" : ",").append(term); };
  if (const json& labels = value_at(selector, {"matchLabels"}); labels.is_object()) {
    for (const auto& [key, value] : labels.items()) {
      if (value.is_string()) add(key + "=" + value.get<std::string>());
    }
  }
  if (const json& terms = value_at(selector, {"matchExpressions"}); terms.is_array()) {
    for (const json& term : terms) {
      const std::string key{text_at(term, {"key"})};
      const std::string_view compare = text_at(term, {"operator"});
      std::vector<std::string> values = texts_at(term, {"values"});
      std::sort(values.begin(), values.end());
      std::string list;
      for (const std::string& value : values) list.append(list.empty() ? "" : ",").append(value);
      if (compare == "Exists") add(key);
      if (compare == "DoesNotExist") add("!" + key);
      if (compare == "In") add(key + " in (" + list + ")");
      if (compare == "NotIn") add(key + " notin (" + list + ")");
    }
  }
  return out.empty() ? "<none>" : out;
}

}  // namespace kitfox::kube
