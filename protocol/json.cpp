#include "protocol/json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>
#include <vector>

namespace kitfox::protocol {
namespace {

using nlohmann::json;

/// Builds a document from the parser's events and stops at the first breach of our rules, which nlohmann's
/// own builder would let pass: it keeps the last of two members with one name and knows no depth.
class document_builder final : public nlohmann::json_sax<json> {
 public:
  document_builder(diagnostics& diag, std::size_t depth_max) : diag_{diag}, depth_max_{depth_max} {}

  bool null() override { return add(json(nullptr)); }
  bool boolean(bool value) override { return add(json(value)); }
  bool number_integer(number_integer_t value) override { return add(json(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(json(value)); }
  bool number_float(number_float_t value, const string_t&) override { return add(json(value)); }
  bool string(string_t& value) override { return add(json(std::move(value))); }
  bool binary(binary_t& value) override { return add(json(std::move(value))); }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    level& top = stack_.back();
    top.name = std::move(name);
    if (!top.container->contains(top.name)) return true;
    return refuse(protocol_errc::json_duplicate_member, "the object names this member twice", pointer());
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception& error) override {
    error_ = protocol_errc::json_syntax;
    diag_.pointer.clear();
    diag_.offset = position == 0 ? 0 : position - 1;
    diag_.sentence = describe(error);
    return false;
  }

  [[nodiscard]] error_code error() const noexcept { return error_; }
  [[nodiscard]] json take() noexcept { return std::move(root_); }

 private:
  struct level {
    json* container;
    std::string name;  ///< Of the member being read, for objects.
  };

  /// The parser's own sentence without its exception number and position, which `offset` tells.
  static std::string describe(const json::exception& error) {
    std::string_view text = error.what();
    if (const auto at = text.find("] "); at != std::string_view::npos) text.remove_prefix(at + 2);
    if (const auto at = text.find(": "); text.starts_with("parse error") && at != std::string_view::npos)
      text.remove_prefix(at + 2);
    return "expected JSON, got " + quote_for_diagnostics(text);
  }

  bool refuse(protocol_errc code, std::string sentence, std::string where) {
    error_ = code;
    diag_.pointer = std::move(where);
    diag_.offset.reset();
    diag_.sentence = std::move(sentence);
    return false;
  }

  json* put(json&& value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    level& top = stack_.back();
    if (top.container->is_array()) {
      top.container->push_back(std::move(value));
      return &top.container->back();
    }
    return &((*top.container)[top.name] = std::move(value));
  }

  bool add(json&& value) {
    put(std::move(value));
    return true;
  }

  bool open(json&& container) {
    if (stack_.size() == depth_max_)
      return refuse(protocol_errc::json_too_deep,
                    fmt::format("expected at most {} nested levels", depth_max_), pointer());
    stack_.push_back({put(std::move(container)), {}});
    return true;
  }

  bool close() {
    stack_.pop_back();
    return true;
  }

  /// Where the value stands that comes next.
  [[nodiscard]] std::string pointer() const {
    std::string text;
    for (const level& each : stack_) {
      const bool innermost = &each == &stack_.back();
      const std::size_t index = each.container->size() - (innermost ? 0 : 1);
      text += '/' + (each.container->is_array() ? std::to_string(index) : escape_pointer_token(each.name));
    }
    return text;
  }

  diagnostics& diag_;
  std::size_t depth_max_;
  json root_;
  std::vector<level> stack_;
  error_code error_;
};

}  // namespace

result<json> parse_json(std::string_view text, diagnostics& diag, json_limits limits) {
  if (text.size() > limits.size_bytes_max) {
    diag = {{}, {}, fmt::format("expected at most {} bytes, got {}", limits.size_bytes_max, text.size())};
    return make_error_code(protocol_errc::json_too_large);
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    diag = {{}, 0, "expected JSON, got a byte order mark"};
    return make_error_code(protocol_errc::json_syntax);
  }
  // For the parser below a NUL would be the end of the text, and hide what follows from it.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    diag = {{}, nul, "expected JSON, got a NUL byte"};
    return make_error_code(protocol_errc::json_syntax);
  }
  document_builder builder{diag, limits.depth_max};
  const bool parsed = json::sax_parse(text.begin(), text.end(), &builder);
  if (builder.error()) return builder.error();
  if (!parsed) return make_error_code(protocol_errc::json_syntax);
  return builder.take();
}

std::string print_json(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string quote_for_diagnostics(std::string_view text) {
  constexpr std::size_t size_max = 64;
  std::string_view shown = text.substr(0, size_max);
  // Not in the middle of a character.
  while (shown.size() < text.size() && !shown.empty() &&
         (static_cast<unsigned char>(text[shown.size()]) & 0xC0) == 0x80)
    shown.remove_suffix(1);
  std::string quoted = json(shown).dump(-1, ' ', false, json::error_handler_t::replace);
  if (shown.size() < text.size()) quoted.insert(quoted.size() - 1, "...");
  return quoted;
}

std::string escape_pointer_token(std::string_view token) {
  const std::string quoted = quote_for_diagnostics(token);
  std::string text;
  for (const char c : std::string_view{quoted}.substr(1, quoted.size() - 2)) {
    if (c == '~')
      text += "~0";
    else if (c == '/')
      text += "~1";
    else
      text += c;
  }
  return text;
}

json_value::json_value() : json_value(json::object()) {}
json_value::json_value(json value) : value_{std::make_unique<json>(std::move(value))} {}
json_value::json_value(const json_value& other) : value_{std::make_unique<json>(*other.value_)} {}
json_value::json_value(json_value&&) noexcept = default;
json_value& json_value::operator=(const json_value& other) {
  if (this != &other) value_ = std::make_unique<json>(*other.value_);
  return *this;
}
json_value& json_value::operator=(json_value&&) noexcept = default;
json_value::~json_value() = default;

json json_value::take() && { return std::move(*value_); }

bool operator==(const json_value& a, const json_value& b) { return *a.value_ == *b.value_; }

std::ostream& operator<<(std::ostream& out, const json_value& value) {
  return out << print_json(value.get());
}

}  // namespace kitfox::protocol
