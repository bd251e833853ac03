#include "agent/kube_fields.hpp"

#include <nlohmann/json.hpp>

namespace kitfox::agent {

using nlohmann::json;

const json& value_at(const json& object, field_path path) {
  static const json absent;
  const json* at = &object;
  for (const std::string_view name : path) {
    if (!at->is_object()) return absent;
    const auto found = at->find(name);
    if (found == at->end()) return absent;
    at = &*found;
  }
  return *at;
}

std::string text_at(const json& object, field_path path) {
  const json& value = value_at(object, path);
  return value.is_string() ? value.get<std::string>() : std::string{};
}

json text_or_null_at(const json& object, field_path path) {
  const json& value = value_at(object, path);
  return value.is_string() && !value.get_ref<const std::string&>().empty() ? value : json{};
}

std::int64_t number_at(const json& object, field_path path, std::int64_t absent) {
  const json& value = value_at(object, path);
  return value.is_number_integer() ? value.get<std::int64_t>() : absent;
}

bool flag_at(const json& object, field_path path) {
  const json& value = value_at(object, path);
  return value.is_boolean() && value.get<bool>();
}

const json& object_at(const json& object, field_path path) {
  static const json empty = json::object();
  const json& value = value_at(object, path);
  return value.is_object() ? value : empty;
}

const json& array_at(const json& object, field_path path) {
  static const json empty = json::array();
  const json& value = value_at(object, path);
  return value.is_array() ? value : empty;
}

json conditions_of(const json& object) {
  json all = json::array();
  for (const json& one : array_at(object, {"status", "conditions"})) {
    all.push_back({{"type", text_at(one, {"type"})},
                   {"status", text_at(one, {"status"})},
                   {"reason", text_or_null_at(one, {"reason"})},
                   {"message", text_or_null_at(one, {"message"})}});
  }
  return all;
}

}  // namespace kitfox::agent
