#include "conformance/world/planned_effects.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace kitfox::conformance {
namespace {

record note_of(record_kind kind, std::size_t step, std::string_view what) {
  record out;
  out.kind = kind;
  out.name = fmt::format("{}#{}", what, step);
  out.more = nlohmann::json::object();
  return out;
}

}  // namespace

effect planned_effects::plan(std::size_t step, std::string_view what, std::string_view where) {
  record planned = note_of(record_kind::fault_planned, step, what);
  planned.link = where;
  into_.add(std::move(planned), time_.now());
  // owners: copies of this function
  return
      [into = &into_, time = &time_, step, what = std::string{what}, fired = std::make_shared<bool>(false)] {
        if (std::exchange(*fired, true)) return;
        record first = note_of(record_kind::fault_fired, step, what);
        first.more["what"] = "met";
        into->add(std::move(first), time->now());
      };
}

void planned_effects::heal(std::size_t step, std::string_view what) {
  into_.add(note_of(record_kind::fault_healed, step, what), time_.now());
}

}  // namespace kitfox::conformance
