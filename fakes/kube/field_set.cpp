#include "fakes/kube/field_set.hpp"

#include <algorithm>

namespace kitfox::kube {

namespace {

/// Where in the schema a value is: its field, and whether it is one element of the field's list or map.
struct schema_place {
  const schema_message* message = nullptr;  ///< Of the value itself, when it is one.
  const schema_field* list = nullptr;       ///< Of the list that the value is.
};

schema_place place_of(const schema_message* message, std::string_view name) {
  const schema_field* field = message == nullptr ? nullptr : message->find(name);
  if (field == nullptr) return {};
  if (field->shape == schema_field::shapes::list) return {nullptr, field};
  return {field->shape == schema_field::shapes::one ? field->message : nullptr, nullptr};
}

bool has_keys(const schema_place& place) { return place.list != nullptr && !place.list->list_keys.empty(); }
bool is_set(const schema_place& place) { return place.list != nullptr && place.list->is_set; }

// The protocol of a port has a default, and is part of its key.
json key_of_element(const json& element, const schema_field& list) {
  json key = json::object();
  for (const std::string_view name : list.list_keys) {
    const json& value = value_at(element, {name});
    key[std::string{name}] = value.is_null() && name == "protocol" ? json("TCP") : value;
  }
  return key;
}

json::iterator find_element(json& list, const schema_field& field, const json& key) {
  return std::find_if(list.begin(), list.end(),
                      [&](const json& element) { return key_of_element(element, field) == key; });
}

/// Whether objects and maps are named themselves, beside what is in them.
enum class parents { left_out, named };

/// Label selectors are owned as a whole (+structType=atomic).
bool is_atomic(const schema_place& place) {
  return place.message != nullptr && place.message->name == "meta.LabelSelector";
}

json fields_of_value(const json& value, const schema_place& place, parents of) {
  json out = json::object();
  if (is_atomic(place)) return out;
  if (value.is_object()) {
    for (const auto& [name, child] : value.items()) {
      out["f:" + name] = fields_of_value(child, place_of(place.message, name), of);
    }
    if (of == parents::named && !out.empty()) out["."] = json::object();
  } else if (value.is_array() && has_keys(place)) {
    for (const json& element : value) {
      json& owned = out["k:" + print_json(key_of_element(element, *place.list))];
      owned = fields_of_value(element, {place.list->message, nullptr}, of);
      owned["."] = json::object();
    }
  } else if (value.is_array() && is_set(place)) {
    for (const json& element : value) out["v:" + print_json(element)] = json::object();
  }
  return out;
}

/// The child that a key of a field set names; null pointer when there is none.
const json* child_of(const json* value, const std::string& key, const schema_place& place) {
  if (value == nullptr) return nullptr;
  if (key.starts_with("f:")) {
    const auto found = value->is_object() ? value->find(key.substr(2)) : value->end();
    return value->is_object() && found != value->end() ? &*found : nullptr;
  }
  const auto named = parse_json(std::string_view{key}.substr(2));
  if (!named || !value->is_array()) return nullptr;
  for (const json& element : *value) {
    const bool same = key.starts_with("k:")
                          ? place.list != nullptr && key_of_element(element, *place.list) == *named
                          : element == *named;
    if (same) return &element;
  }
  return nullptr;
}

schema_place child_place(const schema_place& place, const std::string& key) {
  if (key.starts_with("f:")) return place_of(place.message, std::string_view{key}.substr(2));
  return {place.list == nullptr ? nullptr : place.list->message, nullptr};
}

json changed_below(const json& fields, const json* before, const json* after, const schema_place& place) {
  json out = json::object();
  for (const auto& [key, inner] : fields.items()) {
    if (key == ".") {
      if ((before == nullptr) != (after == nullptr)) out["."] = json::object();
      continue;
    }
    const json* left = child_of(before, key, place);
    const json* right = child_of(after, key, place);
    if (inner.empty()) {
      const bool same = left == nullptr || right == nullptr ? left == right : *left == *right;
      if (!same) out[key] = json::object();
      continue;
    }
    json below = changed_below(inner, left, right, child_place(place, key));
    if (!below.empty()) out[key] = std::move(below);
  }
  return out;
}

/// Puts a child back where child_of() found it, or takes it away.
void set_child(json& value, const std::string& key, const json* found, const json* replacement) {
  if (key.starts_with("f:")) {
    const std::string name = key.substr(2);
    if (replacement == nullptr) value.erase(name);
    if (replacement != nullptr) value[name] = *replacement;
    return;
  }
  const auto index = static_cast<std::size_t>(found - &value.front());
  if (replacement == nullptr) value.erase(index);
  if (replacement != nullptr) value[index] = *replacement;
}

void remove_below(json& value, const json& fields, const schema_place& place) {
  for (const auto& [key, inner] : fields.items()) {
    if (key == ".") continue;
    const json* found = child_of(&value, key, place);
    if (found == nullptr) continue;
    if (inner.empty() || inner.contains(".")) {
      set_child(value, key, found, nullptr);
      continue;
    }
    json child = *found;
    remove_below(child, inner, child_place(place, key));
    const bool emptied = child.is_structured() && child.empty();
    set_child(value, key, found, emptied ? nullptr : &child);
  }
}

void merge_below(json& value, const json& patch, const schema_place& place) {
  if (patch.is_object() && value.is_object() && !is_atomic(place)) {
    for (const auto& [name, child] : patch.items()) {
      if (child.is_null()) continue;
      merge_below(value[name], child, place_of(place.message, name));
    }
    return;
  }
  const bool merges = patch.is_array() && value.is_array() && (has_keys(place) || is_set(place));
  if (!merges) {
    value = patch;
    return;
  }
  for (const json& element : patch) {
    if (is_set(place)) {
      if (std::find(value.begin(), value.end(), element) == value.end()) value.push_back(element);
      continue;
    }
    const auto found = find_element(value, *place.list, key_of_element(element, *place.list));
    if (found == value.end()) {
      value.push_back(element);
    } else {
      merge_below(*found, element, {place.list->message, nullptr});
    }
  }
}

enum class path_kind { leaf, inner };

void add_paths(const json& fields, const std::string& prefix, std::vector<std::string>& out);

/// Below one element, either what ends there or what goes on, as a set of fields is walked.
void add_paths_of_kind(const json& fields, path_kind kind, const std::string& prefix,
                       std::vector<std::string>& out) {
  for (const auto& [key, inner] : fields.items()) {
    const bool leaf = inner.empty() || (inner.size() == 1 && inner.contains("."));
    if (key == "." || leaf != (kind == path_kind::leaf)) continue;
    std::string step = "." + key.substr(2);
    if (key.starts_with("v:")) step = "[=" + key.substr(2) + "]";
    if (const auto named = parse_json(std::string_view{key}.substr(2)); key.starts_with("k:") && named) {
      step = "[";
      for (const auto& [name, value] : named->items()) {
        step.append(step.size() > 1 ? "," : "").append(name).append("=").append(print_json(value));
      }
      step += "]";
    }
    add_paths(inner, prefix + step, out);
  }
}

void add_paths(const json& fields, const std::string& prefix, std::vector<std::string>& out) {
  if (fields.empty() || (fields.size() == 1 && fields.contains("."))) out.push_back(prefix);
  add_paths_of_kind(fields, path_kind::leaf, prefix, out);
  add_paths_of_kind(fields, path_kind::inner, prefix, out);
}

json owned_fields(const json& object, const schema_message* message, parents of) {
  json fields = fields_of_value(object, {message, nullptr}, of);
  for (const char* name : {"f:kind", "f:apiVersion", "."}) fields.erase(name);
  if (const auto metadata = fields.find("f:metadata"); metadata != fields.end()) {
    for (const char* name : {"f:name", "f:namespace", "f:uid", "f:resourceVersion", "f:generation",
                             "f:selfLink", "f:creationTimestamp", "f:deletionTimestamp",
                             "f:deletionGracePeriodSeconds", "f:managedFields", "f:clusterName"}) {
      metadata->erase(name);
    }
    if (metadata->empty()) fields.erase("f:metadata");
  }
  return fields;
}

}  // namespace

json fields_of(const json& object, const schema_message* message) {
  return owned_fields(object, message, parents::left_out);
}

json fields_with_parents(const json& object, const schema_message* message) {
  return owned_fields(object, message, parents::named);
}

json fields_union(const json& left, const json& right) {
  json out = left;
  for (const auto& [key, inner] : right.items())
    out[key] = out.contains(key) ? fields_union(out[key], inner) : inner;
  return out;
}

json fields_intersection(const json& left, const json& right) {
  json out = json::object();
  for (const auto& [key, inner] : left.items()) {
    const auto other = right.find(key);
    if (other == right.end()) continue;
    json below = fields_intersection(inner, *other);
    if (!below.empty() || (inner.empty() && other->empty())) out[key] = std::move(below);
  }
  return out;
}

json fields_difference(const json& left, const json& right) {
  json out = json::object();
  for (const auto& [key, inner] : left.items()) {
    const auto other = right.find(key);
    if (other == right.end()) {
      out[key] = inner;
      continue;
    }
    json below = fields_difference(inner, *other);
    if (!below.empty()) out[key] = std::move(below);
  }
  return out;
}

json fields_changed(const json& fields, const json& before, const json& after,
                    const schema_message* message) {
  return changed_below(fields, &before, &after, {message, nullptr});
}

void remove_fields(json& object, const json& fields, const schema_message* message) {
  remove_below(object, fields, {message, nullptr});
}

void merge_fields(json& object, const json& patch, const schema_message* message) {
  merge_below(object, patch, {message, nullptr});
}

std::vector<std::string> field_paths(const json& fields) {
  std::vector<std::string> out;
  add_paths(fields, "", out);
  return out;
}

}  // namespace kitfox::kube
