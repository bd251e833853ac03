#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "runtime/event_sink.hpp"

namespace kitfox::agent::test {

/// Keeps every event as text, "name field=value ...", for counting and searching.
class recorded_events final : public runtime::event_sink {
 public:
  void emit(runtime::severity level, std::string_view event,
            std::span<const runtime::event_field> fields) override;

  /// How many events of that name there are.
  [[nodiscard]] std::size_t count(std::string_view event) const;
  /// The last event of that name, empty if there is none.
  [[nodiscard]] std::string last(std::string_view event) const;

  std::vector<std::string> lines;
};

}  // namespace kitfox::agent::test
