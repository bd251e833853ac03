#include "agent/test/recorded_events.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/event_list.hpp"

namespace kitfox::agent::test {

void recorded_events::emit(runtime::severity, std::string_view event,
                           std::span<const runtime::event_field> fields) {
  EXPECT_NE(std::ranges::find(event_list, event), event_list.end()) << event << " is not documented";
  std::string line{event};
  for (const runtime::event_field& field : fields)
    std::visit([&](const auto& value) { line += fmt::format(" {}={}", field.name, value); }, field.value);
  lines.push_back(std::move(line));
}

namespace {
bool is_named(const std::string& line, std::string_view event) {
  return line.starts_with(event) && (line.size() == event.size() || line[event.size()] == ' ');
}
}  // namespace

std::size_t recorded_events::count(std::string_view event) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines, [&](const std::string& line) { return is_named(line, event); }));
}

std::string recorded_events::last(std::string_view event) const {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (is_named(*line, event)) return *line;
  return {};
}

}  // namespace kitfox::agent::test
