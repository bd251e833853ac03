#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <utility>

#include "runtime/clock.hpp"

namespace kitfox::runtime {

/// Real time, by steady_clock and system_clock.
class asio_clock final : public clock {
 public:
  explicit asio_clock(asio::any_io_executor executor) : executor_{std::move(executor)} {}
  [[nodiscard]] mono_time now() const noexcept override;
  [[nodiscard]] wall_time wall_now() const noexcept override;
  [[nodiscard]] task<error_code> sleep_until(mono_time when) override;
  [[nodiscard]] std::unique_ptr<alarm> make_alarm(std::function<void()> on_passed) override;

 private:
  asio::any_io_executor executor_;
};

}  // namespace kitfox::runtime
