#include "conformance/scenario/match_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <regex>

namespace kitfox::conformance {
namespace {

using nlohmann::json;
using mismatch = std::optional<std::string>;

mismatch compare(const json& pattern, const json& value, const std::string& at);

std::string shown(const json& value) {
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t shown_max = 120;
  return text.size() > shown_max ? text.substr(0, shown_max) + "..." : text;
}

std::string place(const std::string& at) { return at.empty() ? "the value" : at; }

mismatch expected(const std::string& at, const std::string& what, const json& value) {
  return fmt::format("{}: expected {}, got {}", place(at), what, shown(value));
}

mismatch compare_matcher(const std::string& name, const json& argument, const json& value,
                         const std::string& at) {
  if (name == "$any") return value.is_null() ? expected(at, "anything", value) : mismatch{};
  if (name == "$absent") return value.is_null() ? mismatch{} : expected(at, "nothing", value);
  if (name == "$regex") {
    const bool fine = value.is_string() && fits_regex(argument.get<std::string>(), value.get<std::string>());
    return fine ? mismatch{} : expected(at, "a string that fits " + shown(argument), value);
  }
  if (name == "$contains") {
    const bool fine =
        value.is_string() && value.get<std::string>().find(argument.get<std::string>()) != std::string::npos;
    return fine ? mismatch{} : expected(at, "a string that contains " + shown(argument), value);
  }
  if (name == "$at_least")
    return value.is_number() && value >= argument ? mismatch{}
                                                  : expected(at, "at least " + shown(argument), value);
  if (name == "$at_most")
    return value.is_number() && value <= argument ? mismatch{}
                                                  : expected(at, "at most " + shown(argument), value);
  if (name == "$size") {
    const bool fine = value.is_structured() && value.size() == argument.get<std::size_t>();
    return fine ? mismatch{} : expected(at, "a size of " + shown(argument), value);
  }
  if (name == "$one_of") {
    for (const json& one : argument) {
      if (!compare(one, value, at)) return {};
    }
    return expected(at, "one of " + shown(argument), value);
  }
  if (!value.is_array()) return expected(at, "an array", value);
  if (name == "$has") {
    for (const json& one : value) {
      if (!compare(argument, one, at)) return {};
    }
    return expected(at, "an element like " + shown(argument), value);
  }
  if (name == "$each") {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (mismatch wrong = compare(argument, value[i], at + "/" + std::to_string(i))) return wrong;
    }
    return {};
  }
  return fmt::format("{}: unknown matcher {}", place(at), name);
}

mismatch compare(const json& pattern, const json& value, const std::string& at) {
  if (pattern.is_object()) {
    if (pattern.size() == 1 && pattern.begin().key().starts_with('$')) {
      return compare_matcher(pattern.begin().key(), pattern.begin().value(), value, at);
    }
    if (!value.is_object()) return expected(at, "an object", value);
    for (const auto& [name, inner] : pattern.items()) {
      const json missing;
      const auto found = value.find(name);
      if (mismatch wrong = compare(inner, found == value.end() ? missing : *found, at + "/" + name))
        return wrong;
    }
    return {};
  }
  if (pattern.is_array()) {
    if (!value.is_array() || value.size() != pattern.size())
      return expected(at, fmt::format("an array of {}", pattern.size()), value);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (mismatch wrong = compare(pattern[i], value[i], at + "/" + std::to_string(i))) return wrong;
    }
    return {};
  }
  return pattern == value ? mismatch{} : expected(at, shown(pattern), value);
}

}  // namespace

bool fits_regex(const std::string& expression, const std::string& text) {
  try {
    return std::regex_search(text, std::regex{expression});
  } catch (const std::regex_error&) {
    return false;
  }
}

std::optional<std::string> match_json(const json_pattern& pattern, const json& value) {
  if (pattern.empty()) return {};
  const json parsed = json::parse(pattern.text, nullptr, false);
  if (parsed.is_discarded()) return "the pattern is not JSON: " + pattern.text;
  return compare(parsed, value, "");
}

}  // namespace kitfox::conformance
