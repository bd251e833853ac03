#include "conformance/scenario/json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>

#include "conformance/scenario/schema_bounds.hpp"
#include "conformance/scenario/schema_phrases.hpp"
#include "conformance/spec/nearest_word.hpp"
#include "runtime/assert.hpp"

namespace kitfox::conformance {

using nlohmann::json;

struct json_schema::compiled {
  json document;
  std::map<std::string, std::regex, std::less<>> patterns;
};

namespace {

constexpr std::array known_keywords{"$schema",
                                    "$id",
                                    "$ref",
                                    "$defs",
                                    "title",
                                    "description",
                                    "default",
                                    "examples",
                                    "type",
                                    "const",
                                    "enum",
                                    "pattern",
                                    "minLength",
                                    "maxLength",
                                    "minimum",
                                    "maximum",
                                    "properties",
                                    "patternProperties",
                                    "required",
                                    "propertyNames",
                                    "minProperties",
                                    "maxProperties",
                                    "additionalProperties",
                                    "items",
                                    "minItems",
                                    "maxItems",
                                    "uniqueItems",
                                    "anyOf",
                                    "oneOf",
                                    "allOf",
                                    "not"};

/// Asserts the subset and collects the patterns of one schema and those below it.
void compile(const json& schema, std::map<std::string, std::regex, std::less<>>& patterns) {
  if (schema.is_boolean()) return;
  KITFOX_ASSERT(schema.is_object());
  for (const auto& [keyword, value] : schema.items()) {
    const bool own = keyword.starts_with("x-");
    KITFOX_ASSERT(own || std::ranges::find(known_keywords, keyword) != known_keywords.end());
    if (keyword == "pattern") {
      const auto text = value.get<std::string>();
      if (!patterns.contains(text)) patterns.emplace(text, std::regex{text, std::regex::ECMAScript});
    }
    if (keyword == "properties" || keyword == "$defs" || keyword == "patternProperties")
      for (const auto& [name, below] : value.items()) {
        if (keyword == "patternProperties" && !patterns.contains(name))
          patterns.emplace(name, std::regex{name});
        compile(below, patterns);
      }
    if (keyword == "additionalProperties" || keyword == "propertyNames" || keyword == "items")
      compile(value, patterns);
    if (keyword == "anyOf")
      for (const json& branch : value) compile(branch, patterns);
    if (keyword == "oneOf")
      for (const json& branch : value) KITFOX_ASSERT(branch.size() == 1 && branch.contains("required"));
    if (keyword == "allOf")
      for (const json& branch : value) KITFOX_ASSERT(branch.size() == 1 && branch.contains("not"));
    if (keyword == "not") KITFOX_ASSERT(value.size() == 1 && value.contains("required"));
  }
}

/// One walk over one tree.
class walk {
 public:
  walk(const json& document, const std::map<std::string, std::regex, std::less<>>& patterns,
       const std::string& file)
      : document_{document}, patterns_{patterns}, file_{file} {}

  void check(const yaml_node& node, const json& schema, const std::string& path, std::string expected = {}) {
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) fail(node.where, path, "nothing may stand here");
      return;
    }
    if (expected.empty()) expected = schema.value("x-expected", std::string{});
    if (const auto ref = schema.find("$ref"); ref != schema.end()) check(node, resolve(*ref), path, expected);
    if (const auto any = schema.find("anyOf"); any != schema.end()) check_any(node, *any, path, expected);
    if (!check_type(node, schema, path, expected)) return;
    check_value(node, schema, path, expected);
    if (node.type == yaml_node::kind::map) check_map(node, schema, path);
    if (node.type == yaml_node::kind::list) check_list(node, schema, path);
  }

  std::vector<load_error> take_errors() {
    std::ranges::stable_sort(errors_, [](const load_error& one, const load_error& other) {
      return std::pair{one.where.line, one.where.column} < std::pair{other.where.line, other.where.column};
    });
    return std::move(errors_);
  }
  [[nodiscard]] bool failed() const noexcept { return !errors_.empty(); }

 private:
  void fail(yaml_mark where, std::string path, std::string message) {
    errors_.push_back({{file_, where.line, where.column}, std::move(path), std::move(message)});
  }

  const json& resolve(const json& ref) const {
    const auto pointer = ref.get<std::string>();
    KITFOX_ASSERT(pointer.starts_with("#/"));
    return document_.at(json::json_pointer{pointer.substr(1)});
  }

  bool check_type(const yaml_node& node, const json& schema, const std::string& path,
                  const std::string& expected) {
    const auto type = schema.find("type");
    if (type == schema.end()) return true;
    const json types = type->is_array() ? *type : json::array({*type});
    if (std::ranges::any_of(types, [&](const json& one) { return has_type(node, one.get<std::string>()); }))
      return true;
    fail(node.where, path,
         fmt::format("expected {}, not {}", expected.empty() ? type_in_words(*type) : expected,
                     what_stands_there(node, schema)));
    return false;
  }

  void check_value(const yaml_node& node, const json& schema, const std::string& path,
                   const std::string& expected) {
    const auto says = [&](std::string fallback) { return expected.empty() ? std::move(fallback) : expected; };
    if (const auto constant = schema.find("const"); constant != schema.end() && to_json(node) != *constant)
      fail(node.where, path,
           fmt::format("expected {}, not {}", texts(json::array({*constant})).front(), describe(node)));
    if (const auto words = schema.find("enum"); words != schema.end()) {
      const json value = to_json(node);
      if (std::ranges::find(*words, value) == words->end()) {
        const auto choices = texts(*words);
        const auto near = node.is_scalar() ? suggestion(node.text, choices) : std::string{};
        fail(node.where, path,
             fmt::format("expected {}, not {}{}", says((choices.size() > 1 ? "one of " : "") + join(choices)),
                         describe(node), near));
      }
    }
    if (std::string wrong = out_of_bounds(node, schema); !wrong.empty())
      fail(node.where, path, std::move(wrong));
    // One value for each world is bounded like a value for all.
    for (const yaml_member& member : node.members)
      if (std::string wrong = out_of_bounds(member.value, schema); !wrong.empty())
        fail(member.value.where, path, std::move(wrong));
    if (node.type == yaml_node::kind::text) check_text(node, schema, path, expected);
    if (node.type == yaml_node::kind::integer || node.type == yaml_node::kind::number) {
      const double value = to_json(node).get<double>();
      const auto low = schema.find("minimum"), high = schema.find("maximum");
      if (low != schema.end() && value < low->get<double>())
        fail(node.where, path, fmt::format("must be at least {}, not {}", low->dump(), node.text));
      if (high != schema.end() && value > high->get<double>())
        fail(node.where, path, fmt::format("must be at most {}, not {}", high->dump(), node.text));
    }
  }

  void check_text(const yaml_node& node, const json& schema, const std::string& path,
                  const std::string& expected) {
    const auto pattern = schema.find("pattern");
    if (pattern != schema.end() && !fits(node.text, pattern->get<std::string>())) {
      fail(node.where, path,
           fmt::format("expected {}, not {}",
                       expected.empty() ? "a text like " + pattern->get<std::string>() : expected,
                       describe(node)));
    }
    const std::size_t size = node.text.size();
    if (size < schema.value("minLength", std::size_t{0}))
      fail(node.where, path,
           size == 0
               ? "expected a text, not an empty one"
               : fmt::format("expected at least {} characters", schema["minLength"].get<std::size_t>()));
    if (schema.contains("maxLength") && size > schema["maxLength"].get<std::size_t>())
      fail(node.where, path,
           fmt::format("longer than {} characters", schema["maxLength"].get<std::size_t>()));
  }

  /// Texts beyond any sensible length fit nothing, so that the recursive matcher stays shallow.
  bool fits(const std::string& text, const std::string& pattern) const {
    constexpr std::size_t text_bytes_max = 1024;
    return text.size() <= text_bytes_max && std::regex_search(text, patterns_.find(pattern)->second);
  }

  void check_map(const yaml_node& node, const json& schema, const std::string& path) {
    const json none = json::object();
    const json& properties = schema.contains("properties") ? schema["properties"] : none;
    for (const yaml_member& member : node.members) check_member(member, schema, properties, path);
    if (schema.contains("required"))
      for (const std::string& name : texts(schema["required"]))
        if (node.find(name) == nullptr) fail(node.where, path, fmt::format("missing key \"{}\"", name));
    if (schema.contains("oneOf")) check_one_of(node, schema, path);
    if (schema.contains("allOf"))
      for (const json& branch : schema["allOf"]) check_exclusion(node, branch["not"]["required"], path);
    if (schema.contains("not")) check_exclusion(node, schema["not"]["required"], path);
    if (node.members.size() < schema.value("minProperties", std::size_t{0}))
      fail(node.where, path,
           properties.empty() ? "expected at least one key"
                              : "expected at least one of " + join(keys(properties)));
    if (schema.contains("maxProperties") && node.members.size() > schema["maxProperties"].get<std::size_t>())
      fail(node.where, path, fmt::format("more than {} keys", schema["maxProperties"].get<std::size_t>()));
  }

  void check_member(const yaml_member& member, const json& schema, const json& properties,
                    const std::string& path) {
    const std::string below = path.empty() ? member.key : path + "." + member.key;
    const std::string noun = schema.value("x-names", std::string{"key"});
    if (const auto names = schema.find("propertyNames"); names != schema.end())
      check_name(member, *names, noun, path);
    bool known = false;
    if (const auto property = properties.find(member.key); property != properties.end()) {
      known = true;
      check(member.value, *property, below);
    }
    if (schema.contains("patternProperties"))
      for (const auto& [pattern, value] : schema["patternProperties"].items())
        if (fits(member.key, pattern)) {
          known = true;
          check(member.value, value, below);
        }
    const auto others = schema.find("additionalProperties");
    if (known || others == schema.end()) return;
    if (*others != json(false)) {
      check(member.value, *others, below);
      return;
    }
    fail(member.where, path, unknown_name(member.key, noun, keys(properties)));
  }

  static std::string unknown_name(const std::string& name, const std::string& noun,
                                  const std::vector<std::string>& known) {
    constexpr std::size_t listed_max = 16;
    std::string message = fmt::format("unknown {} \"{}\"", noun, name);
    const std::string near = suggestion(name, known);
    if (!near.empty()) return message + near;
    if (known.empty()) return message + "; there are none here";
    if (known.size() > listed_max) return message + "; `kitfox explain` lists them all";
    return message + "; expected one of " + join(known);
  }

  void check_name(const yaml_member& member, const json& names, const std::string& noun,
                  const std::string& path) {
    yaml_node as_text;
    as_text.type = yaml_node::kind::text;
    as_text.text = member.key;
    as_text.where = member.where;
    walk apart{document_, patterns_, file_};
    apart.check(as_text, names, {});
    for (const load_error& one : apart.take_errors())
      fail(member.where, path,
           fmt::format("\"{}\" cannot name {}: {}", member.key, with_article(noun), one.message));
  }

  void check_one_of(const yaml_node& node, const json& schema, const std::string& path) {
    const std::string noun = schema.value("x-one-of", std::string{"key"});
    std::vector<std::string> choices;
    for (const json& branch : schema["oneOf"])
      choices.push_back(branch["required"].front().get<std::string>());
    const yaml_member* first = nullptr;
    bool misspelt = false;
    for (const yaml_member& member : node.members) {
      const bool choice = std::ranges::find(choices, member.key) != choices.end();
      misspelt = misspelt || (!choice && !schema["properties"].contains(member.key));
      if (!choice) continue;
      if (first != nullptr)
        fail(member.where, path,
             fmt::format("a second {}, \"{}\" beside \"{}\"; expected exactly one", noun, member.key,
                         first->key));
      first = first == nullptr ? &member : first;
    }
    // An unknown key was most likely meant to be the missing one, and is reported as such.
    if (first == nullptr && !misspelt)
      fail(node.where, path, fmt::format("no {}; expected exactly one", noun));
  }

  void check_exclusion(const yaml_node& node, const json& together, const std::string& path) {
    const yaml_member* last = nullptr;
    for (const std::string& name : texts(together)) {
      const auto found = std::ranges::find(node.members, name, &yaml_member::key);
      if (found == node.members.end()) return;
      if (last == nullptr || last->where < found->where) last = &*found;
    }
    std::string names;
    for (const std::string& name : texts(together))
      names += fmt::format("{}\"{}\"", names.empty() ? "" : " and ", name);
    fail(last->where, path, names + " exclude each other");
  }

  void check_list(const yaml_node& node, const json& schema, const std::string& path) {
    if (const auto items = schema.find("items"); items != schema.end())
      for (std::size_t i = 0; i < node.items.size(); ++i)
        check(node.items[i], *items, fmt::format("{}[{}]", path, i));
    if (node.items.size() < schema.value("minItems", std::size_t{0}))
      fail(node.where, path,
           fmt::format("expected at least {} item{}", schema["minItems"].get<std::size_t>(),
                       schema["minItems"] == 1 ? "" : "s"));
    if (schema.contains("maxItems") && node.items.size() > schema["maxItems"].get<std::size_t>())
      fail(node.where, path, fmt::format("more than {} items", schema["maxItems"].get<std::size_t>()));
    if (schema.value("uniqueItems", false))
      for (std::size_t i = 1; i < node.items.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (to_json(node.items[i]) == to_json(node.items[j])) {
            fail(node.items[i].where, fmt::format("{}[{}]", path, i),
                 describe(node.items[i]) + " stands here twice");
            break;
          }
  }

  /// Whether a branch is about this kind of value at all.
  bool takes_kind(const yaml_node& node, const json& branch) const {
    if (branch.contains("$ref")) return takes_kind(node, resolve(branch["$ref"]));
    if (const auto below = branch.find("anyOf"); below != branch.end())
      return std::ranges::any_of(*below, [&](const json& one) { return takes_kind(node, one); });
    if (branch.contains("enum") || branch.contains("const")) return node.is_scalar();
    const auto type = branch.find("type");
    if (type == branch.end()) return true;
    const json types = type->is_array() ? *type : json::array({*type});
    return std::ranges::any_of(types,
                               [&](const json& one) { return has_type(node, one.get<std::string>()); });
  }

  void check_any(const yaml_node& node, const json& branches, const std::string& path,
                 const std::string& expected) {
    std::optional<std::vector<load_error>> reported;
    for (const json& branch : branches) {
      walk apart{document_, patterns_, file_};
      apart.check(node, branch, path,
                  takes_kind(node, branch) && !node.is_scalar() ? std::string{} : expected);
      if (!apart.failed()) return;
      if (!reported && takes_kind(node, branch)) reported = apart.take_errors();
    }
    if (!reported) {
      walk first{document_, patterns_, file_};
      first.check(node, branches.front(), path, expected);
      reported = first.take_errors();
    }
    for (load_error& one : *reported) errors_.push_back(std::move(one));
  }

  const json& document_;
  const std::map<std::string, std::regex, std::less<>>& patterns_;
  const std::string& file_;
  std::vector<load_error> errors_;
};

}  // namespace

json_schema::json_schema(std::string_view schema_text) : compiled_{std::make_unique<compiled>()} {
  compiled_->document = json::parse(schema_text);
  compile(compiled_->document, compiled_->patterns);
}

json_schema::~json_schema() = default;

std::vector<load_error> json_schema::validate(const yaml_node& root, const std::string& file) const {
  walk one{compiled_->document, compiled_->patterns, file};
  one.check(root, compiled_->document, {});
  return one.take_errors();
}

const json& json_schema::document() const noexcept { return compiled_->document; }

}  // namespace kitfox::conformance
