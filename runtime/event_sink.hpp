#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>

namespace kitfox::runtime {

enum class severity { debug, info, warning, error };

/// One named value of an event. The views live until `emit` returns.
struct event_field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

/// Where a subject reports what it does: log lines in a program, transcript entries in a simulation.
/// Events are named in snake_case and carry fields, never prose; no field may hold a secret.
class event_sink {
 public:
  virtual ~event_sink() = default;
  virtual void emit(severity level, std::string_view event, std::span<const event_field> fields) = 0;

  void debug(std::string_view event, std::initializer_list<event_field> fields = {}) {
    emit(severity::debug, event, {fields.begin(), fields.size()});
  }
  void info(std::string_view event, std::initializer_list<event_field> fields = {}) {
    emit(severity::info, event, {fields.begin(), fields.size()});
  }
  void warning(std::string_view event, std::initializer_list<event_field> fields = {}) {
    emit(severity::warning, event, {fields.begin(), fields.size()});
  }
  void error(std::string_view event, std::initializer_list<event_field> fields = {}) {
    emit(severity::error, event, {fields.begin(), fields.size()});
  }
};

/// Drops every event.
class no_events final : public event_sink {
 public:
  void emit(severity, std::string_view, std::span<const event_field>) override {}
};

}  // namespace kitfox::runtime
