#include "conformance/judge/prometheus_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace kitfox::conformance {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

/// Reads one line from its front.
class line_reader {
 public:
  explicit line_reader(std::string_view line) : rest_{line} {}

  /// [a-zA-Z_:][a-zA-Z0-9_:]*; label names have no colons.
  std::string name(bool colons) {
    std::size_t size = 0;
    while (size < rest_.size() &&
           (letter(rest_[size]) || (colons && rest_[size] == ':') || (size > 0 && digit(rest_[size]))))
      ++size;
    return take(size);
  }
  bool eat(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }
  /// A quoted value in which \\, \" and \n are the only escapes.
  bool value(std::string& out) {
    if (!eat('"')) return false;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
      if (rest_[i] != '\\') {
        out += rest_[i];
        continue;
      }
      if (++i == rest_.size() || std::string_view{"\\\"n"}.find(rest_[i]) == std::string_view::npos)
        return false;
      out += rest_[i] == 'n' ? '\n' : rest_[i];
    }
    return false;
  }
  bool number() {
    const std::string word = take(std::min(rest_.find_first_of(" \t"), rest_.size()));
    if (word == "NaN" || word == "+Inf" || word == "-Inf" || word == "Inf") return true;
    double parsed = 0;
    const char* begin = word.data() + (word.starts_with('+') ? 1 : 0);
    const auto [stop, failure] = std::from_chars(begin, word.data() + word.size(), parsed);
    return failure == std::errc{} && stop == word.data() + word.size() && !word.empty();
  }
  bool integer() {
    const std::string word = take(std::min(rest_.find_first_of(" \t"), rest_.size()));
    const std::size_t sign = word.starts_with('-') ? 1 : 0;
    return word.size() > sign &&
           std::all_of(word.begin() + static_cast<std::ptrdiff_t>(sign), word.end(), digit);
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string take(std::size_t size) {
    std::string out{rest_.substr(0, size)};
    rest_.remove_prefix(size);
    return out;
  }
  std::string_view rest_;
};

bool read_labels(line_reader& line, prometheus_sample& into) {
  if (!line.eat('{')) return true;
  for (line.blanks(); !line.eat('}'); line.blanks()) {
    std::string name = line.name(false), value;
    line.blanks();
    if (name.empty() || !line.eat('=')) return false;
    line.blanks();
    if (!line.value(value)) return false;
    into.labels.emplace_back(std::move(name), std::move(value));
    line.blanks();
    if (!line.eat(',')) {
      line.blanks();
      return line.eat('}');
    }
  }
  return true;
}

/// `# HELP name text` and `# TYPE name type`; any other comment is free.
bool read_comment(std::string_view text) {
  line_reader line{text};
  line.blanks();
  const std::string word = line.name(false);
  if (word != "TYPE" && word != "HELP") return true;
  line.blanks();
  if (line.name(true).empty()) return false;
  if (word == "HELP") return true;
  line.blanks();
  constexpr std::string_view types[] = {"counter", "gauge", "histogram", "summary", "untyped"};
  return std::find(std::begin(types), std::end(types), line.rest()) != std::end(types);
}

bool read_sample(std::string_view text, prometheus_text& into) {
  line_reader line{text};
  prometheus_sample one;
  one.name = line.name(true);
  line.blanks();
  if (one.name.empty() || !read_labels(line, one)) return false;
  line.blanks();
  const std::string_view figure = line.rest();
  if (!line.number()) return false;
  one.value = std::strtod(std::string{figure.substr(0, figure.find_first_of(" \t"))}.c_str(), nullptr);
  line.blanks();
  if (!line.done() && !line.integer()) return false;  // a time stamp
  into.samples.push_back(std::move(one));
  return line.done();
}

}  // namespace

prometheus_text parse_prometheus_text(std::string_view text, bool cut) {
  prometheus_text out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      if (!cut) out.error = "the last line has no line feed";
      return out;
    }
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty()) continue;
    const bool fine = line.front() == '#' ? read_comment(line.substr(1)) : read_sample(line, out);
    if (fine) continue;
    out.error = "line " + std::to_string(number) + ": " + std::string{line.substr(0, 120)};
    return out;
  }
  return out;
}

}  // namespace kitfox::conformance
