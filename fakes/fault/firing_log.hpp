#pragma once
#include <cstdint>
#include <deque>

#include "fakes/fault/path.hpp"

namespace kitfox::fault {

/// The last firings of a program's faults, with a count of all.
class firing_log final : public firing_observer {
 public:
  explicit firing_log(std::size_t kept_max) : kept_max_{kept_max} {}
  void on_fired(const firing& one) override {
    ++count_;
    kept_.push_back(one);
    if (kept_.size() > kept_max_) kept_.pop_front();
  }
  [[nodiscard]] const std::deque<firing>& kept() const noexcept { return kept_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

 private:
  std::size_t kept_max_;
  std::deque<firing> kept_;
  std::uint64_t count_ = 0;
};

}  // namespace kitfox::fault
