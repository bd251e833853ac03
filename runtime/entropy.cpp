#include "runtime/entropy.hpp"

#include <array>
#include <bit>

#include "runtime/assert.hpp"

namespace kitfox::runtime {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t mix_name(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = seed ^ 0xcbf29ce484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return splitmix(hash);
}

class seeded final : public entropy {
 public:
  explicit seeded(std::uint64_t seed) : seed_{seed} {
    std::uint64_t state = seed;
    for (auto& word : state_) word = splitmix(state);
  }

  std::uint64_t next() override {
    const std::uint64_t value = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return value;
  }

  void fill(std::span<unsigned char> out) override {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (i % 8 == 0) bits = next();
      out[i] = static_cast<unsigned char>(bits >> (8 * (i % 8)));
    }
  }

  std::unique_ptr<entropy> child(std::string_view name) const override {
    return std::make_unique<seeded>(mix_name(seed_, name));
  }

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace

std::uint64_t entropy::below(std::uint64_t bound) {
  KITFOX_ASSERT(bound != 0);
  // Reject the incomplete last run of multiples, so that every value is equally likely.
  const std::uint64_t floor = (0 - bound) % bound;
  for (;;) {
    const std::uint64_t bits = next();
    if (bits >= floor) return bits % bound;
  }
}

double entropy::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

duration entropy::between(duration low, duration high) {
  KITFOX_ASSERT(low <= high);
  return low +
         duration{static_cast<duration::rep>(below(static_cast<std::uint64_t>((high - low).count()) + 1))};
}

std::unique_ptr<entropy> make_seeded_entropy(std::uint64_t seed) { return std::make_unique<seeded>(seed); }

}  // namespace kitfox::runtime
