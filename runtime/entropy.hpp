#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "runtime/clock.hpp"

namespace kitfox::runtime {

/// A source of random numbers. Children are derived by name, so that a new draw in one place moves no other:
/// `entropy.child("backoff")` yields the same numbers whatever else was drawn.
/// In simulation everything follows from the seed; on a real host the root is the operating system's
/// generator.
class entropy {
 public:
  virtual ~entropy() = default;
  /// The next 64 uniform bits.
  [[nodiscard]] virtual std::uint64_t next() = 0;
  /// Fills `out` with uniform bytes; fit for keys on a real host.
  virtual void fill(std::span<unsigned char> out) = 0;
  /// A stream of its own, named below this one. The same name gives the same stream.
  [[nodiscard]] virtual std::unique_ptr<entropy> child(std::string_view name) const = 0;

  /// Uniform in [0, bound); `bound` must not be 0. Unbiased, the same on every platform.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1).
  [[nodiscard]] double unit();
  /// Uniform in [low, high]; `low` must not exceed `high`.
  [[nodiscard]] duration between(duration low, duration high);
};

/// A deterministic generator (xoshiro256**, seeded by splitmix64 and the names on the way). For simulation
/// and tests only.
[[nodiscard]] std::unique_ptr<entropy> make_seeded_entropy(std::uint64_t seed);

}  // namespace kitfox::runtime
