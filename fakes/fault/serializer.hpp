#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "fakes/fault/delay_line.hpp"

namespace kitfox::fault {

/// Puts bytes on a line of limited rate: cuts them into pieces of about ten milliseconds and says when each
/// has left. 0 is unlimited. A change of the rate counts for what comes later.
class serializer {
 public:
  explicit serializer(std::uint64_t bytes_per_second) : rate_{bytes_per_second} {}
  void set_rate(std::uint64_t bytes_per_second) noexcept { rate_ = bytes_per_second; }

  /// Calls `out(piece, time it has left)` in order.
  template <class Out>
  void send(std::string bytes, runtime::mono_time now, Out&& out) {
    if (rate_ == 0) {
      out(std::move(bytes), now);
      return;
    }
    const std::size_t piece_size = rate_ / 100 > 1 ? rate_ / 100 : 1;
    for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
      std::string piece = bytes.substr(at, piece_size);
      free_at_ = (free_at_ > now ? free_at_ : now) + time_of(piece.size());
      out(std::move(piece), free_at_);
    }
  }

 private:
  [[nodiscard]] runtime::duration time_of(std::size_t bytes) const {
    constexpr std::uint64_t ns_per_s = 1'000'000'000;
    return runtime::duration{static_cast<std::int64_t>((bytes * ns_per_s + rate_ - 1) / rate_)};
  }
  std::uint64_t rate_;
  runtime::mono_time free_at_{};
};

}  // namespace kitfox::fault
