#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <regex>
#include <sstream>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/yaml_objects.hpp"
#include "protocol/utf8.hpp"

namespace kitfox::kube {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  for (const std::string_view entry : list) {
    if (entry == text) return true;
  }
  return false;
}

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t sign = 1;
  std::string digits;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  int base = 10;
  std::size_t skip = 0;
  if (digits.starts_with("0x")) {
    base = 16;
    skip = 2;
  } else if (digits.starts_with("0b")) {
    base = 2;
    skip = 2;
  } else if (digits.starts_with("0o")) {
    base = 8;
    skip = 2;
  } else if (digits.size() > 1 && digits.front() == '0') {
    base = 8;
    skip = 1;
  }
  std::int64_t value = 0;
  const char* end = digits.data() + digits.size();
  if (digits.size() == skip || text.front() == '_') return std::nullopt;
  const auto read = std::from_chars(digits.data() + skip, end, value, base);
  if (read.ec != std::errc{} || read.ptr != end || value < 0) return std::nullopt;
  return sign * value;
}

std::optional<double> float_of(std::string_view text) {
  static const std::regex shape{R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)"};
  if (text.size() > 64 || !std::regex_match(text.begin(), text.end(), shape)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return value;
}

// The implicit types of go-yaml v2, which the Kubernetes tools use.
json plain_scalar(const std::string& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) return true;
  if (is_one_of(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}))
    return false;
  if (const auto integer = integer_of(text)) return *integer;
  if (const auto number = float_of(text)) return *number;
  return text;
}

/// Walks a document once, counting what it makes: an alias costs as much as what it stands for.
class converter {
 public:
  converter(yaml_limits limits, diagnostics& where) : limits_{limits}, where_{where} {}

  runtime::error_code convert(const YAML::Node& node, json& out, std::size_t depth) {
    if (++values_ > limits_.values_max) return refuse(node, errc::yaml_too_large, "too many values");
    const bool holds_others = node.IsSequence() || node.IsMap();
    if (holds_others && depth >= json_nesting_max)
      return refuse(node, errc::nesting_too_deep, "nested too deep");
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        out = nullptr;
        return {};
      case YAML::NodeType::Scalar:
        return scalar(node, out);
      case YAML::NodeType::Sequence:
        out = json::array();
        for (const YAML::Node& element : node) {
          json value;
          if (const auto failure = convert(element, value, depth + 1)) return failure;
          out.push_back(std::move(value));
        }
        return {};
      case YAML::NodeType::Map:
        out = json::object();
        return map(node, out, depth);
    }
    return {};
  }

 private:
  runtime::error_code refuse(const YAML::Node& node, errc code, std::string message) {
    where_.line = node.Mark().line + 1;
    where_.message = std::move(message);
    return code;
  }

  runtime::error_code scalar(const YAML::Node& node, json& out) {
    const std::string& tag = node.Tag();
    if (tag == "!" || tag == "tag:yaml.org,2002:str" || tag == "tag:yaml.org,2002:binary") {
      out = node.Scalar();
    } else {
      out = plain_scalar(node.Scalar());
    }
    return {};
  }

  runtime::error_code map(const YAML::Node& node, json& out, std::size_t depth) {
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) {
        return refuse(entry.first.IsDefined() ? entry.first : node, errc::not_a_string,
                      "a key is not a string");
      }
      const std::string& key = entry.first.Scalar();
      if (key == "<<" && entry.first.Tag() != "!") {
        if (const auto failure = merge(entry.second, out, depth)) return failure;
        continue;
      }
      if (entry.first.Tag() != "!" && plain_scalar(key).is_boolean()) {
        return refuse(entry.first, errc::not_a_string,
                      "the key " + go_quote(key) + " reads as a boolean in YAML 1.1; quote it");
      }
      json value;
      if (const auto failure = convert(entry.second, value, depth + 1)) return failure;
      out[key] = std::move(value);
    }
    return {};
  }

  // "<<": what the map itself says wins.
  runtime::error_code merge(const YAML::Node& from, json& out, std::size_t depth) {
    if (from.IsSequence()) {
      for (const YAML::Node& one : from) {
        if (const auto failure = merge_one(one, out, depth)) return failure;
      }
      return {};
    }
    return merge_one(from, out, depth);
  }
  runtime::error_code merge_one(const YAML::Node& from, json& out, std::size_t depth) {
    json merged;
    if (const auto failure = convert(from, merged, depth + 1)) return failure;
    if (!merged.is_object()) return refuse(from, errc::not_yaml, "only a map can be merged");
    for (auto& [key, value] : merged.items()) {
      if (!out.contains(key)) out[key] = std::move(value);
    }
    return {};
  }

  yaml_limits limits_;
  diagnostics& where_;
  std::size_t values_ = 0;
};

/// Reads a text without keeping anything. yaml-cpp takes a lone "," for an empty document and stays where it
/// is, so that LoadAll() would make documents of it until memory ends.
class stray_text_check final : public YAML::EventHandler {
 public:
  static void run(const std::string& text) {
    std::istringstream in{text};
    YAML::Parser parser{in};
    stray_text_check check;
    while (parser.HandleNextDocument(check)) {
    }
  }
  void OnDocumentStart(const YAML::Mark& at) override {
    if (at.pos <= last_) throw YAML::ParserException{at, "no document can begin here"};
    last_ = at.pos;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

 private:
  int last_ = -1;
};

}  // namespace

runtime::result<std::vector<std::pair<json, int>>> yaml_to_json(std::string_view text, diagnostics& where,
                                                                yaml_limits limits) {
  if (text.size() > limits.bytes_max) {
    where.message = "larger than " + std::to_string(limits.bytes_max) + " bytes";
    return make_error_code(errc::yaml_too_large);
  }
  if (!protocol::is_utf8(text)) {
    where.message = "not UTF-8";
    return make_error_code(errc::not_yaml);
  }
  std::vector<YAML::Node> documents;
  try {
    const std::string whole{text};
    stray_text_check::run(whole);
    documents = YAML::LoadAll(whole);
  } catch (const YAML::Exception& failure) {
    where.line = failure.mark.line + 1;
    where.message = failure.msg;
    return make_error_code(errc::not_yaml);
  }
  std::vector<std::pair<json, int>> out;
  converter convert{limits, where};
  for (const YAML::Node& document : documents) {
    json value;
    if (const auto failure = convert.convert(document, value, 0)) return failure;
    if (!value.is_null()) out.emplace_back(std::move(value), document.Mark().line + 1);
  }
  return out;
}

}  // namespace kitfox::kube
