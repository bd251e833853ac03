#include <algorithm>
#include <map>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/label_selector.hpp"

// A port of the lexer and parser of k8s.io/apimachinery/pkg/labels/selector.go (v0.20), error texts included.
namespace kitfox::kube {

namespace {

enum class token {
  end,
  bad,
  identifier,
  close,
  comma,
  absent,  // "!"
  equals,
  double_equals,
  in,
  not_in,
  not_equals,
  greater,
  less,
  open,
};

struct lexeme {
  token kind = token::end;
  std::string text;
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_special(char c) { return std::string_view{"=!(),><"}.find(c) != std::string_view::npos; }

token known_token(std::string_view text) {
  static const std::map<std::string_view, token> known{
      {")", token::close},  {",", token::comma},   {"!", token::absent},     {"==", token::double_equals},
      {"=", token::equals}, {"in", token::in},     {"notin", token::not_in}, {"!=", token::not_equals},
      {"(", token::open},   {">", token::greater}, {"<", token::less}};
  const auto found = known.find(text);
  return found == known.end() ? token::bad : found->second;
}

class lexer {
 public:
  explicit lexer(std::string_view text) : rest_{text} {}

  lexeme next() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty()) return {};
    return is_special(rest_.front()) ? symbol() : word();
  }

 private:
  lexeme word() {
    std::size_t size = 0;
    while (size < rest_.size() && !is_special(rest_[size]) && !is_space(rest_[size])) ++size;
    lexeme out{token::identifier, std::string{rest_.substr(0, size)}};
    rest_.remove_prefix(size);
    if (const token keyword = known_token(out.text); keyword != token::bad) out.kind = keyword;
    return out;
  }

  // The longest known symbol at the front.
  lexeme symbol() {
    lexeme best{token::bad, {}};
    std::size_t size = 1;
    for (; size <= rest_.size() && is_special(rest_[size - 1]); ++size) {
      const token kind = known_token(rest_.substr(0, size));
      if (kind == token::bad) break;
      best = {kind, std::string{rest_.substr(0, size)}};
    }
    rest_.remove_prefix(best.text.size());
    return best;
  }

  std::string_view rest_;
};

/// Whether "in" and "notin" are operators or plain words at this place.
enum class context { key_and_operator, values };

using mistake = std::string;

class parser {
 public:
  explicit parser(std::string_view text) {
    lexer source{text};
    do {
      lexemes_.push_back(source.next());
    } while (lexemes_.back().kind != token::end && lexemes_.back().kind != token::bad);
  }

  outcome<label_selector> parse() {
    std::vector<label_requirement> requirements;
    for (;;) {
      const lexeme first = peek(context::values);
      if (first.kind == token::end) return label_selector{std::move(requirements)};
      if (first.kind != token::identifier && first.kind != token::absent) {
        return refuse("found '" + first.text + "', expected: !, identifier, or 'end of string'");
      }
      label_requirement requirement;
      if (mistake why = parse_requirement(requirement); !why.empty()) {
        return refuse("unable to parse requirement: " + why);
      }
      requirements.push_back(std::move(requirement));
      const lexeme after = take(context::values);
      if (after.kind == token::end) return label_selector{std::move(requirements)};
      if (after.kind != token::comma) {
        return refuse("found '" + after.text + "', expected: ',' or 'end of string'");
      }
      const lexeme follower = peek(context::values);
      if (follower.kind != token::identifier && follower.kind != token::absent) {
        return refuse("found '" + follower.text + "', expected: identifier after ','");
      }
    }
  }

 private:
  static status_error refuse(std::string why) { return bad_request(std::move(why)); }

  [[nodiscard]] lexeme peek(context where) const {
    lexeme out = lexemes_[std::min(at_, lexemes_.size() - 1)];
    if (where == context::values && (out.kind == token::in || out.kind == token::not_in)) {
      out.kind = token::identifier;
    }
    return out;
  }
  lexeme take(context where) {
    lexeme out = peek(where);
    ++at_;
    return out;
  }

  mistake parse_requirement(label_requirement& out) {
    lexeme key = take(context::values);
    bool absent = false;
    if (key.kind == token::absent) {
      absent = true;
      key = take(context::values);
    }
    if (key.kind != token::identifier) return "found '" + key.text + "', expected: identifier";
    out.key = key.text;
    const token after = peek(context::values).kind;
    if (absent || after == token::end || after == token::comma) {
      out.compare =
          absent ? label_requirement::comparison::not_exists : label_requirement::comparison::exists;
      return {};
    }
    return parse_comparison(out);
  }

  mistake parse_comparison(label_requirement& out) {
    using comparison = label_requirement::comparison;
    const lexeme sign = take(context::key_and_operator);
    switch (sign.kind) {
      case token::in:
      case token::not_in:
        out.compare = sign.kind == token::in ? comparison::in : comparison::not_in;
        return parse_values(out.values);
      case token::equals:
      case token::double_equals:
        out.compare = comparison::in;
        return parse_one_value(out.values);
      case token::not_equals:
        out.compare = comparison::not_in;
        return parse_one_value(out.values);
      case token::greater:
      case token::less:
        out.compare = sign.kind == token::greater ? comparison::greater : comparison::less;
        if (mistake why = parse_one_value(out.values); !why.empty()) return why;
        if (!go_parse_int(out.values.front())) {
          return "for 'Gt', 'Lt' operators, the value must be an integer";
        }
        return {};
      case token::end:
      case token::bad:
      case token::identifier:
      case token::close:
      case token::comma:
      case token::absent:
      case token::open:
        break;
    }
    return "found '" + sign.text + "', expected: '=', '!=', '==', 'in', notin'";
  }

  mistake parse_one_value(std::vector<std::string>& values) {
    const lexeme value = peek(context::values);
    if (value.kind == token::end || value.kind == token::comma) {
      values.emplace_back();
      return {};
    }
    if (value.kind != token::identifier) return "found '" + value.text + "', expected: identifier";
    values.push_back(take(context::values).text);
    return {};
  }

  mistake parse_values(std::vector<std::string>& values) {
    const lexeme open = take(context::values);
    if (open.kind != token::open) return "found '" + open.text + "' expected: '('";
    const lexeme first = peek(context::values);
    if (first.kind == token::close) return "for 'in', 'notin' operators, values set can't be empty";
    if (first.kind != token::identifier && first.kind != token::comma) {
      return "found '" + first.text + "', expected: ',', ')' or identifier";
    }
    if (mistake why = parse_list(values); !why.empty()) return why;
    static_cast<void>(take(context::values));  // parse_list stops before the closing parenthesis
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return {};
  }

  // Empty entries are empty values, as in "(a,)" and "(,a)".
  mistake parse_list(std::vector<std::string>& values) {
    for (bool value_due = true;;) {
      const lexeme next = peek(context::values);
      if (next.kind == token::identifier && value_due) {
        values.push_back(take(context::values).text);
        value_due = false;
      } else if (next.kind == token::comma) {
        static_cast<void>(take(context::values));
        if (value_due) values.emplace_back();
        value_due = true;
      } else if (next.kind == token::close) {
        if (value_due) values.emplace_back();
        return {};
      } else {
        return "found '" + next.text +
               (value_due ? "', expected: ',', or identifier" : "', expected: ',' or ')'");
      }
    }
  }

  std::vector<lexeme> lexemes_;
  std::size_t at_ = 0;
};

}  // namespace

outcome<label_selector> parse_label_selector(std::string_view text) { return parser{text}.parse(); }

}  // namespace kitfox::kube
