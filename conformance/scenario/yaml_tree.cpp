#include "conformance/scenario/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

namespace kitfox::conformance {
namespace {

yaml_mark to_mark(const YAML::Mark& mark) {
  return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

/// Whether quotes that open at `at` are closed before a line that is not indented, as YAML 1.2 §7.3 demands
/// inside of a map. True where there are no quotes: a tag "!" may have been written out.
bool is_closed_quote(std::string_view text, std::size_t at) noexcept {
  const char quote = at < text.size() ? text[at] : '\0';
  if (quote != '"' && quote != '\'') return true;
  for (std::size_t next = at + 1; next < text.size(); ++next) {
    if (quote == '"' && text[next] == '\\')
      ++next;
    else if (text[next] == quote && quote == '\'' && next + 1 < text.size() && text[next + 1] == quote)
      ++next;
    else if (text[next] == quote)
      return true;
    else if (text[next] == '\n' && next + 1 < text.size() && text[next + 1] > ' ')
      return false;
  }
  return false;
}

/// Builds the tree from the parser's events. Alone among the readers of yaml-cpp it sees anchors, quotes and
/// duplicate keys, which the library's own nodes hide.
class tree_builder final : public YAML::EventHandler {
 public:
  tree_builder(std::string_view text, const std::string& file, const yaml_limits& limits)
      : text_{text}, file_{file}, limits_{limits} {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    yaml_node node;
    node.where = to_mark(mark);
    take(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(to_mark(mark), "aliases are not allowed; write the value out, or use a parameter or a `do` block");
    take({});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    if (tag != "?" && tag != "!" && !tag.empty()) refuse_tag(mark);
    yaml_node node;
    node.where = to_mark(mark);
    node.text = value;
    // The library takes the end of the file for the end of the quotes.
    if (tag == "!" && !is_closed_quote(text_, static_cast<std::size_t>(mark.pos)))
      fail(node.where, "the quotes that open here are never closed");
    node.type = tag == "!" ? yaml_node::kind::text : plain_scalar_type(value);
    take(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(yaml_node::kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(yaml_node::kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  yaml_parsed take_result() { return {std::move(root_), std::move(errors_)}; }

 private:
  struct level {
    yaml_node node;
    bool key_pending = false;  ///< In a map: the next event is the value of `key`.
    std::string key;
    yaml_mark key_mark;
  };

  void fail(yaml_mark where, std::string message) {
    errors_.push_back({{file_, where.line, where.column}, {}, std::move(message)});
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor)
      fail(to_mark(mark), "anchors are not allowed; use a parameter or a `do` block");
  }
  void refuse_tag(const YAML::Mark& mark) { fail(to_mark(mark), "tags are not allowed"); }

  void open(yaml_node::kind type, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    if (tag != "?" && tag != "!" && !tag.empty()) refuse_tag(mark);
    level next;
    next.node.type = type;
    next.node.where = to_mark(mark);
    if (open_.size() == limits_.depth_max && !too_deep_) {
      too_deep_ = true;
      fail(next.node.where, fmt::format("nested deeper than {} levels", limits_.depth_max));
    }
    open_.push_back(std::move(next));
  }
  void close() {
    yaml_node done = std::move(open_.back().node);
    open_.pop_back();
    take(std::move(done));
  }

  void take(yaml_node node) {
    if (++nodes_ == limits_.nodes_max + 1)
      fail(node.where, fmt::format("more than {} values", limits_.nodes_max));
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    if (too_deep_ || nodes_ > limits_.nodes_max) {
      // The file is refused already; keep the alternation of keys and values, keep no values.
      open_.back().key_pending = !open_.back().key_pending;
      return;
    }
    level& parent = open_.back();
    if (parent.node.type == yaml_node::kind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.key_pending) {
      parent.key_pending = false;
      parent.node.members.push_back({std::move(parent.key), parent.key_mark, std::move(node)});
    } else {
      take_key(parent, std::move(node));
    }
  }

  void take_key(level& parent, yaml_node node) {
    parent.key_pending = true;
    parent.key_mark = node.where;
    parent.key = std::move(node.text);
    if (!node.is_scalar()) {
      fail(node.where,
           R"(expected a name before the colon; a parameter must stand in quotes, as in "{{outage}}")");
      return;
    }
    if (node.type == yaml_node::kind::null && parent.key.empty())
      fail(node.where, "expected a name before the colon");
    for (const yaml_member& earlier : parent.node.members)
      if (earlier.key == parent.key)
        fail(node.where,
             fmt::format("duplicate key \"{}\", first given in line {}", parent.key, earlier.where.line));
  }

  std::string_view text_;
  const std::string& file_;
  yaml_limits limits_;
  std::vector<level> open_;
  yaml_node root_;
  std::vector<load_error> errors_;
  std::size_t nodes_ = 0;
  bool too_deep_ = false;
};

/// Tabs mean different things to different readers of YAML, so that none is let in.
std::vector<load_error> find_tabs(std::string_view text, const std::string& file) {
  std::vector<load_error> errors;
  std::uint32_t line = 1, column = 1;
  for (const char c : text) {
    if (c == '\t') {
      if (errors.empty() || errors.back().where.line != line)
        errors.push_back(
            {{file, line, column}, {}, R"(a tab; use spaces, and "\t" for a tab inside a text)"});
    }
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++column;
    }
  }
  return errors;
}

bool is_integer(std::string_view text) noexcept {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_number(std::string_view text) noexcept {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty() || !(text.front() == '.' || (text.front() >= '0' && text.front() <= '9'))) return false;
  double ignored = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ignored);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

const yaml_node* yaml_node::find(std::string_view key) const noexcept {
  for (const yaml_member& one : members)
    if (one.key == key) return &one.value;
  return nullptr;
}

yaml_node::kind plain_scalar_type(std::string_view text) noexcept {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
    return yaml_node::kind::null;
  if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
      text == "FALSE")
    return yaml_node::kind::boolean;
  if (is_integer(text)) return yaml_node::kind::integer;
  if (is_number(text)) return yaml_node::kind::number;
  return yaml_node::kind::text;
}

yaml_parsed parse_yaml(std::string_view text, const std::string& file, const yaml_limits& limits) {
  const auto refused = [&](std::uint32_t line, std::uint32_t column, std::string message) {
    yaml_parsed result;
    result.errors.push_back({{file, line, column}, {}, std::move(message)});
    return result;
  };
  if (text.size() > limits.text_bytes_max)
    return refused(0, 0, fmt::format("the file is larger than {} bytes", limits.text_bytes_max));
  if (auto tabs = find_tabs(text, file); !tabs.empty()) return {{}, std::move(tabs)};

  tree_builder builder{text, file, limits};
  try {
    std::istringstream stream{std::string{text}};
    YAML::Parser parser{stream};
    if (!parser.HandleNextDocument(builder)) return refused(1, 1, "the file holds no scenario");
    yaml_parsed result = builder.take_result();
    tree_builder second{text, file, limits};
    if (parser.HandleNextDocument(second)) {
      const yaml_node extra = second.take_result().root;
      result.errors.push_back(
          {{file, extra.where.line, extra.where.column}, {}, "a second document; a file holds one scenario"});
    }
    return result;
  } catch (const YAML::Exception& broken) {
    // Quotes that took in what follows explain what the library stumbles over behind them.
    if (yaml_parsed seen = builder.take_result(); !seen.errors.empty()) return {{}, std::move(seen.errors)};
    const yaml_mark where = broken.mark.is_null() ? yaml_mark{} : to_mark(broken.mark);
    return refused(where.line, where.column, "not YAML: " + broken.msg);
  }
}

nlohmann::json to_json(const yaml_node& node) {
  switch (node.type) {
    case yaml_node::kind::null:
      return nullptr;
    case yaml_node::kind::boolean:
      return node.text.front() == 't' || node.text.front() == 'T';
    case yaml_node::kind::integer: {
      std::int64_t value = 0;
      const char* const begin = node.text.data() + (node.text.front() == '+' ? 1 : 0);
      const auto [end, error] = std::from_chars(begin, node.text.data() + node.text.size(), value);
      if (error == std::errc{}) return value;
      return std::strtod(node.text.c_str(), nullptr);
    }
    case yaml_node::kind::number:
      return std::strtod(node.text.c_str(), nullptr);
    case yaml_node::kind::text:
      return node.text;
    case yaml_node::kind::list: {
      nlohmann::json list = nlohmann::json::array();
      for (const yaml_node& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case yaml_node::kind::map: {
      nlohmann::json map = nlohmann::json::object();
      for (const yaml_member& one : node.members) map[one.key] = to_json(one.value);
      return map;
    }
  }
  return nullptr;
}

std::string describe(const yaml_node& node) {
  constexpr std::size_t shown_max = 60;
  const std::string text = node.text.size() <= shown_max ? node.text : node.text.substr(0, shown_max) + "...";
  switch (node.type) {
    case yaml_node::kind::null:
      return "nothing";
    case yaml_node::kind::boolean:
      return text;
    case yaml_node::kind::integer:
    case yaml_node::kind::number:
      return "the number " + text;
    case yaml_node::kind::text:
      return fmt::format("\"{}\"", text);
    case yaml_node::kind::list:
      return "a list";
    case yaml_node::kind::map:
      return "a map";
  }
  return {};
}

}  // namespace kitfox::conformance
