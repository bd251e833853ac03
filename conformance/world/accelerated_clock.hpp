#pragma once
#include <string>

#include "conformance/world/subject_program.hpp"
#include "runtime/child_process.hpp"
#include "runtime/clock_pace.hpp"

namespace kitfox::conformance {

/// Puts a program's clock into a world of this pace, by its environment: it then begins at `now`, which is
/// the world's civil time, and goes as quickly. Nothing to do where the pace is 1.
void add_clock(const subject_program& what, const acceleration& faster, const runtime::clock_pace& pace,
               runtime::wall_time now, runtime::child_options& to);

/// Whether any process of the group that `leader` leads has mapped this library: one that is linked
/// statically has not.
[[nodiscard]] bool group_has_loaded(int leader, const std::string& library);

/// Where libfaketime lies: $KITFOX_LIBFAKETIME, or where distributions put it. Empty: nowhere.
[[nodiscard]] std::string find_libfaketime();

}  // namespace kitfox::conformance
