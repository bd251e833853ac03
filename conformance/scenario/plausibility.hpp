#pragma once
#include <cstddef>
#include <set>

#include "conformance/scenario/map_reader.hpp"
#include "conformance/scenario/scenario.hpp"

namespace kitfox::conformance {

/// The longest real time that a case may take by its own waits in `sockets` and `live`.
inline constexpr duration sockets_time_max = std::chrono::seconds{40};

/// Steps and checks of which something was reported already, by their indices.
struct unsound_parts {
  std::set<std::size_t> steps, checks;
};

/// Reports what is well formed and can still not be meant: a time that has passed already, a bound that the
/// run is too short to reach, an agent that never exists, a requirement that nothing proves, a case in real
/// time that takes too long, verbs that the world does not have.
///
/// Of `unsound` steps and checks nothing is said, nor what they might have answered for: with any of them the
/// rest is not complete.
void find_implausible(const scenario& one, world_kind world, const unsound_parts& unsound,
                      problem_list& problems);

}  // namespace kitfox::conformance
