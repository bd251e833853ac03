#include "fakes/kube/json.hpp"

#include <algorithm>

#include "fakes/kube/errc.hpp"

namespace kitfox::kube {

namespace {

const json null_value;

// The parser itself is iterative, but printing and destroying are recursive: depth is bounded up front.
std::size_t nesting_depth(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

runtime::result<json> parse_json(std::string_view text) {
  if (nesting_depth(text) > json_nesting_max) return make_error_code(errc::nesting_too_deep);
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return make_error_code(errc::not_json);
  return value;
}

std::string print_json(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

const json& value_at(const json& from, std::initializer_list<std::string_view> path) {
  const json* at = &from;
  for (const std::string_view step : path) {
    if (!at->is_object()) return null_value;
    const auto found = at->find(step);
    if (found == at->end()) return null_value;
    at = &*found;
  }
  return *at;
}

std::string_view text_at(const json& from, std::initializer_list<std::string_view> path) {
  const json& value = value_at(from, path);
  return value.is_string() ? std::string_view{value.get_ref<const std::string&>()} : std::string_view{};
}

std::int64_t number_at(const json& from, std::initializer_list<std::string_view> path,
                       std::int64_t otherwise) {
  const json& value = value_at(from, path);
  return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
}

bool is_true_at(const json& from, std::initializer_list<std::string_view> path) {
  const json& value = value_at(from, path);
  return value.is_boolean() && value.get<bool>();
}

std::vector<std::string> texts_at(const json& from, std::initializer_list<std::string_view> path) {
  std::vector<std::string> texts;
  const json& value = value_at(from, path);
  if (!value.is_array()) return texts;
  for (const json& element : value) {
    if (element.is_string()) texts.push_back(element.get<std::string>());
  }
  return texts;
}

}  // namespace kitfox::kube
