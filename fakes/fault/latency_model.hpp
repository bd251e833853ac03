#pragma once
#include <cstdint>

#include "runtime/clock.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::fault {

/// How a delay varies around its mean. The same bits give the same delays on every platform.
struct latency_model {
  enum class distribution {
    uniform,  ///< Evenly in latency +- jitter.
    normal,   ///< Bell-shaped, jitter as standard deviation, cut at six of them.
    pareto,   ///< Never below latency; mostly little more, now and then up to 100 jitters.
  };
  runtime::duration latency{};
  runtime::duration jitter{};
  distribution shape = distribution::uniform;
  /// 0: each delay is drawn afresh; towards 1: it stays near the one before.
  double correlation = 0.0;

  /// The next delay, never negative. `last` carries the deviation from draw to draw; start with 0.
  [[nodiscard]] runtime::duration draw(runtime::entropy& random, double& last) const;
};

}  // namespace kitfox::fault
