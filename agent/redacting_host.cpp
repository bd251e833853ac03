#include "agent/redacting_host.hpp"

#include <deque>
#include <vector>

namespace kitfox::agent {

std::string without(std::string text, std::string_view secret, std::string_view mark) {
  if (secret.empty()) return text;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + mark.size()))
    text.replace(at, secret.size(), mark);
  return text;
}

void redacting_host::sink::emit(runtime::severity level, std::string_view event,
                                std::span<const runtime::event_field> fields) {
  std::vector<runtime::event_field> shown{fields.begin(), fields.end()};
  std::deque<std::string> texts;  // What `shown` refers to; a deque keeps its place.
  for (runtime::event_field& field : shown) {
    auto* text = std::get_if<std::string_view>(&field.value);
    if (text == nullptr) continue;
    texts.push_back(without(protocol::redact(*text), key_.reveal_secret(), "[api key]"));
    *text = texts.back();
  }
  next_.emit(level, event, shown);
}

}  // namespace kitfox::agent
