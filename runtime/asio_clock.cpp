#include "runtime/asio_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/errc.hpp"

namespace kitfox::runtime {
namespace {

std::chrono::steady_clock::time_point steady(mono_time when) noexcept {
  return std::chrono::steady_clock::time_point{when.time_since_epoch()};
}

class asio_alarm final : public alarm {
 public:
  asio_alarm(const asio::any_io_executor& executor, std::function<void()> on_passed)
      : timer_{executor}, arranged_{std::make_shared<arrangement>()} {
    arranged_->on_passed = std::move(on_passed);
  }
  ~asio_alarm() override { ++arranged_->number; }
  void set(mono_time when) override {
    timer_.expires_at(steady(when));
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
  std::shared_ptr<arrangement> arranged_;  // owners: this, the handlers under way
};

}  // namespace

mono_time asio_clock::now() const noexcept {
  return mono_time{std::chrono::steady_clock::now().time_since_epoch()};
}

wall_time asio_clock::wall_now() const noexcept { return std::chrono::system_clock::now(); }

task<error_code> asio_clock::sleep_until(mono_time when) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return make_error_code(errc::cancelled);
  asio::steady_timer timer{executor_, steady(when)};
  const auto [failure] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (failure) co_return make_error_code(errc::cancelled);
  co_return error_code{};
}

std::unique_ptr<alarm> asio_clock::make_alarm(std::function<void()> on_passed) {
  return std::make_unique<asio_alarm>(executor_, std::move(on_passed));
}

}  // namespace kitfox::runtime
