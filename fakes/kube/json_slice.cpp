#include "fakes/kube/json_slice.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::kube {

namespace {

// `open`: where the opening quote is. Returns the place behind the closing one.
std::size_t end_of_string(std::string_view text, std::size_t open) {
  for (std::size_t quote = open;;) {
    quote = text.find('"', quote + 1);
    KITFOX_ASSERT(quote != std::string_view::npos);
    std::size_t escapes = 0;
    while (text[quote - 1 - escapes] == '\\') ++escapes;
    if (escapes % 2 == 0) return quote + 1;
  }
}

std::size_t end_of_value(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  std::size_t i = begin;
  do {
    const char c = text[i];
    if (c == '"') {
      i = end_of_string(text, i);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++i;
    // A number or a word ends where its neighbour begins.
    if (depth == 0 && c != '}' && c != ']') i = std::min(text.find_first_of(",}]", i), text.size());
  } while (depth > 0);
  return i;
}

// The value of a field of the object at the beginning of `text`; empty where there is none.
std::string_view field_text(std::string_view text, std::string_view name) {
  if (!text.starts_with('{')) return {};
  std::size_t i = 1;
  while (text[i] == '"') {
    const std::size_t colon = end_of_string(text, i);
    const std::size_t end = end_of_value(text, colon + 1);
    if (text.substr(i + 1, colon - i - 2) == name) return text.substr(colon + 1, end - colon - 1);
    i = text[end] == ',' ? end + 1 : end;
  }
  return {};
}

}  // namespace

json_slice json_slice::at(std::initializer_list<std::string_view> path) const {
  std::string_view text = text_;
  for (const std::string_view step : path) text = field_text(text, step);
  return json_slice{text};
}

json json_slice::value() const { return text_.empty() ? json{} : json::parse(text_, nullptr, false); }

std::string json_slice::string() const {
  if (!text_.starts_with('"')) return {};
  if (text_.find('\\') == std::string_view::npos) return std::string{text_.substr(1, text_.size() - 2)};
  return value().get<std::string>();
}

}  // namespace kitfox::kube
