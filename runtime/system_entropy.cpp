#include "runtime/system_entropy.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "runtime/assert.hpp"

namespace kitfox::runtime {
namespace {

class system_entropy final : public entropy {
 public:
  std::uint64_t next() override {
    if (used_ == ahead_.size()) {
      fill({reinterpret_cast<unsigned char*>(ahead_.data()), sizeof ahead_});
      used_ = 0;
    }
    return ahead_[used_++];
  }

  void fill(std::span<unsigned char> out) override {
    constexpr std::size_t step_bytes_max = 1 << 20;
    while (!out.empty()) {
      const std::size_t step = std::min(out.size(), step_bytes_max);
      // A system without random numbers can do nothing safely.
      KITFOX_ASSERT(RAND_bytes(out.data(), static_cast<int>(step)) == 1);
      out = out.subspan(step);
    }
  }

  std::unique_ptr<entropy> child(std::string_view) const override { return make_system_entropy(); }

 private:
  std::array<std::uint64_t, 32> ahead_{};
  std::size_t used_ = ahead_.size();
};

}  // namespace

std::unique_ptr<entropy> make_system_entropy() { return std::make_unique<system_entropy>(); }

}  // namespace kitfox::runtime
