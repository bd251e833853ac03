#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <utility>

#include "runtime/clock_pace.hpp"

namespace kitfox::runtime {

/// Real time, by steady_clock and system_clock, or a quicker one made of it.
class asio_clock final : public clock {
 public:
  explicit asio_clock(asio::any_io_executor executor, clock_pace pace = {});
  [[nodiscard]] mono_time now() const noexcept override;
  [[nodiscard]] wall_time wall_now() const noexcept override;
  [[nodiscard]] task<error_code> sleep_until(mono_time when) override;
  [[nodiscard]] std::unique_ptr<alarm> make_alarm(std::function<void()> on_passed) override;

 private:
  asio::any_io_executor executor_;
  clock_pace pace_;
  duration begun_;  ///< Of the system's monotonic clock; from here on this one runs away from it.
};

}  // namespace kitfox::runtime
