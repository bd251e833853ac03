#include "fakes/fault/latency_model.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

/// Deviation in units of jitter. Plain arithmetic alone: libm differs between platforms.
double deviation(latency_model::distribution shape, runtime::entropy& random) {
  switch (shape) {
    case latency_model::distribution::uniform:
      return 2.0 * random.unit() - 1.0;
    case latency_model::distribution::normal: {
      // The sum of twelve uniform draws has variance 1 (Irwin-Hall).
      double sum = -6.0;
      for (int i = 0; i < 12; ++i) sum += random.unit();
      return sum;
    }
    case latency_model::distribution::pareto:
      return std::min(1.0 / (1.0 - random.unit()) - 1.0, 100.0);
  }
  KITFOX_ASSERT(false);
}

}  // namespace

runtime::duration latency_model::draw(runtime::entropy& random, double& last) const {
  if (jitter == runtime::duration::zero()) return latency;
  last = correlation * last + (1.0 - correlation) * deviation(shape, random);
  const auto extra = static_cast<runtime::duration::rep>(last * static_cast<double>(jitter.count()));
  return std::max(latency + runtime::duration{extra}, runtime::duration::zero());
}

}  // namespace kitfox::fault
