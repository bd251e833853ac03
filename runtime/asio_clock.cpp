#include "runtime/asio_clock.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/errc.hpp"

namespace kitfox::runtime {
namespace {

/// A clock's time as the system's; rounded up, so that nothing is early.
std::chrono::steady_clock::time_point steady(mono_time when, duration begun, std::uint32_t times) noexcept {
  const duration ahead = when.time_since_epoch() - begun;
  const duration real = times == 1 ? ahead : duration{(ahead.count() + times - 1) / times};
  return std::chrono::steady_clock::time_point{begun + real};
}

class asio_alarm final : public alarm {
 public:
  asio_alarm(const asio::any_io_executor& executor, duration begun, std::uint32_t times,
             std::function<void()> on_passed)
      : timer_{executor}, begun_{begun}, times_{times}, arranged_{std::make_shared<arrangement>()} {
    arranged_->on_passed = std::move(on_passed);
  }
  ~asio_alarm() override { ++arranged_->number; }
  void set(mono_time when) override {
    timer_.expires_at(steady(when, begun_, times_));
    timer_.async_wait([arranged = arranged_, number = ++arranged_->number](const error_code& failure) {
      if (!failure && number == arranged->number) arranged->on_passed();
    });
  }
  void clear() noexcept override {
    ++arranged_->number;
    timer_.cancel();
  }

 private:
  struct arrangement {
    std::function<void()> on_passed;
    std::uint64_t number = 0;  ///< Of the one that counts.
  };
  asio::steady_timer timer_;
  duration begun_;
  std::uint32_t times_;
  std::shared_ptr<arrangement> arranged_;  // owners: this, the handlers under way
};

}  // namespace

clock_pace quicker_from_now(std::uint32_t times) { return {times, std::chrono::system_clock::now()}; }

asio_clock::asio_clock(asio::any_io_executor executor, clock_pace pace)
    : executor_{std::move(executor)},
      pace_{pace},
      begun_{std::chrono::steady_clock::now().time_since_epoch()} {}

mono_time asio_clock::now() const noexcept {
  const duration real = std::chrono::steady_clock::now().time_since_epoch();
  return mono_time{begun_ + (real - begun_) * pace_.times};
}

wall_time asio_clock::wall_now() const noexcept {
  const wall_time real = std::chrono::system_clock::now();
  if (pace_.times == 1) return real;
  // A pace that began long ago is told by a variable of the environment: it ends where time does.
  const auto longest = (wall_time::max() - pace_.since) / pace_.times;
  return pace_.since + std::min<duration>(real - pace_.since, longest) * pace_.times;
}

task<error_code> asio_clock::sleep_until(mono_time when) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return make_error_code(errc::cancelled);
  asio::steady_timer timer{executor_, steady(when, begun_, pace_.times)};
  const auto [failure] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (failure) co_return make_error_code(errc::cancelled);
  co_return error_code{};
}

std::unique_ptr<alarm> asio_clock::make_alarm(std::function<void()> on_passed) {
  return std::make_unique<asio_alarm>(executor_, begun_, pace_.times, std::move(on_passed));
}

}  // namespace kitfox::runtime
