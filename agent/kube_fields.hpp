#pragma once
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace kitfox::agent {

// Reading members of Kubernetes objects, which may lack any of them or hold another type: then the absent
// value is returned. `path` is the way of member names from `object` down.

using field_path = std::initializer_list<std::string_view>;

/// The value there, or null.
[[nodiscard]] const nlohmann::json& value_at(const nlohmann::json& object, field_path path);
/// The text there, or "".
[[nodiscard]] std::string text_at(const nlohmann::json& object, field_path path);
/// The text there as JSON, or null; also null for "".
[[nodiscard]] nlohmann::json text_or_null_at(const nlohmann::json& object, field_path path);
/// The integer there, or `absent`.
[[nodiscard]] std::int64_t number_at(const nlohmann::json& object, field_path path, std::int64_t absent = 0);
/// True if true stands there.
[[nodiscard]] bool flag_at(const nlohmann::json& object, field_path path);
/// The object or array there, or an empty one.
[[nodiscard]] const nlohmann::json& object_at(const nlohmann::json& object, field_path path);
[[nodiscard]] const nlohmann::json& array_at(const nlohmann::json& object, field_path path);
/// status.conditions as `[{type,status,reason,message}]`.
[[nodiscard]] nlohmann::json conditions_of(const nlohmann::json& object);

}  // namespace kitfox::agent
