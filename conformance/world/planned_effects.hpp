#pragma once
#include <cstddef>
#include <functional>
#include <string_view>

#include "conformance/transcript/recorder.hpp"
#include "runtime/clock.hpp"

namespace kitfox::conformance {

/// Called whenever what was planned does something.
using effect = std::function<void()>;

/// Disturbances that no link knows of: what API servers, stores and name servers are told to do. The
/// transcript has them as it has faults of links: planned, fired when they first did something, healed.
class planned_effects {
 public:
  /// Both outlive what plan() returns.
  planned_effects(recorder& into, runtime::clock& time) : into_{into}, time_{time} {}

  /// Records that a step plans something, at `where`.
  [[nodiscard]] effect plan(std::size_t step, std::string_view what, std::string_view where);
  void heal(std::size_t step, std::string_view what);

 private:
  recorder& into_;
  runtime::clock& time_;
};

}  // namespace kitfox::conformance
