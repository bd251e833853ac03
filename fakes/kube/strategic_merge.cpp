#include "fakes/kube/strategic_merge.hpp"

#include <algorithm>

namespace kitfox::kube {

namespace {

constexpr std::string_view order_prefix = "$setElementOrder/";
constexpr std::string_view removal_prefix = "$deleteFromPrimitiveList/";

outcome<json> merged(json value) { return outcome<json>{boost::system::in_place_value, std::move(value)}; }

bool contains_value(const json& list, const json& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

json::iterator element_named(json& list, std::string_view key, const json& name) {
  return std::find_if(list.begin(), list.end(),
                      [&](const json& entry) { return value_at(entry, {key}) == name; });
}

/// Elements that an order names come in that order; the others stay before the element they stood before.
void put_in_order(json& list, const json& order, std::string_view key) {
  const auto rank = [&](const json& entry) {
    for (std::size_t i = 0; i < order.size(); ++i) {
      const bool same = key.empty() ? order[i] == entry : value_at(order[i], {key}) == value_at(entry, {key});
      if (same) return i;
    }
    return order.size();
  };
  std::vector<std::size_t> places;
  std::vector<json> ordered;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (rank(list[i]) == order.size()) continue;
    places.push_back(i);
    ordered.push_back(list[i]);
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&](const json& left, const json& right) { return rank(left) < rank(right); });
  for (std::size_t i = 0; i < places.size(); ++i) list[places[i]] = std::move(ordered[i]);
}

outcome<json> merge_list(json target, const json& patch, const schema_field& field) {
  if (!target.is_array()) target = json::array();
  if (field.merge_key.empty()) {
    for (const json& value : patch) {
      if (!contains_value(target, value)) target.push_back(value);
    }
    return merged(std::move(target));
  }
  const bool replaces = std::any_of(
      patch.begin(), patch.end(), [](const json& entry) { return text_at(entry, {"$patch"}) == "replace"; });
  if (replaces) target = json::array();
  for (const json& entry : patch) {
    const std::string_view directive = text_at(entry, {"$patch"});
    if (directive == "replace") continue;
    const json& name = value_at(entry, {field.merge_key});
    if (name.is_null()) {
      return bad_request("map: " + print_json(entry) +
                         " does not contain declared merge key: " + std::string{field.merge_key});
    }
    const auto found = element_named(target, field.merge_key, name);
    if (directive == "delete") {
      if (found != target.end()) target.erase(found);
      continue;
    }
    auto element =
        apply_strategic_merge(found == target.end() ? json::object() : *found, entry, field.message);
    if (!element) return element.error();
    if (found == target.end()) {
      target.push_back(std::move(*element));
    } else {
      *found = std::move(*element);
    }
  }
  return merged(std::move(target));
}

void remove_values(json& target, std::string_view key, const json& values) {
  const auto list = target.find(key);
  if (list == target.end() || !list->is_array() || !values.is_array()) return;
  json kept = json::array();
  for (const json& value : *list) {
    if (!contains_value(values, value)) kept.push_back(value);
  }
  *list = std::move(kept);
}

void retain_keys(json& target, const json& keys) {
  if (!keys.is_array()) return;
  json kept = json::object();
  for (const auto& [key, value] : target.items()) {
    if (contains_value(keys, key)) kept[key] = value;
  }
  target = std::move(kept);
}

outcome<json> merge_field(json before, const json& value, const schema_field* field) {
  const bool merges = field != nullptr && field->merges;
  if (value.is_array() && merges) return merge_list(std::move(before), value, *field);
  if (!value.is_object()) return merged(value);
  const bool one = field != nullptr && field->shape == schema_field::shapes::one;
  return apply_strategic_merge(before.is_object() ? std::move(before) : json::object(), value,
                               one ? field->message : nullptr);
}

void put_lists_in_order(json& target, const json& patch, const schema_message* message) {
  for (const auto& [key, order] : patch.items()) {
    if (!key.starts_with(order_prefix) || !order.is_array()) continue;
    const std::string name = key.substr(order_prefix.size());
    const schema_field* field = message == nullptr ? nullptr : message->find(name);
    const auto list = target.find(name);
    if (field == nullptr || list == target.end() || !list->is_array()) continue;
    put_in_order(*list, order, field->merge_key);
  }
}

}  // namespace

outcome<json> apply_strategic_merge(json target, const json& patch, const schema_message* message) {
  const std::string_view directive = text_at(patch, {"$patch"});
  if (directive == "delete") return merged(json::object());
  if (directive == "replace") {
    json replacement = patch;
    replacement.erase("$patch");
    return merged(std::move(replacement));
  }
  if (const auto kept = patch.find("$retainKeys"); kept != patch.end()) retain_keys(target, *kept);
  for (const auto& [key, value] : patch.items()) {
    if (key.starts_with(removal_prefix)) remove_values(target, key.substr(removal_prefix.size()), value);
    if (key.starts_with('$')) continue;
    if (value.is_null()) {
      target.erase(key);
      continue;
    }
    auto changed =
        merge_field(target.value(key, json{}), value, message == nullptr ? nullptr : message->find(key));
    if (!changed) return changed.error();
    target[key] = std::move(*changed);
  }
  put_lists_in_order(target, patch, message);
  return merged(std::move(target));
}

}  // namespace kitfox::kube
