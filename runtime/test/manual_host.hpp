#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/errc.hpp"
#include "runtime/host.hpp"
#include "runtime/pending.hpp"

namespace kitfox::runtime::test {

/// A clock that moves only when nothing else can happen: tests state exact times and never wait.
class manual_clock final : public clock {
 public:
  explicit manual_clock(asio::any_io_executor executor) : executor_{std::move(executor)} {}
  [[nodiscard]] mono_time now() const noexcept override { return now_; }
  [[nodiscard]] wall_time wall_now() const noexcept override { return wall_base_ + now_.time_since_epoch(); }
  [[nodiscard]] task<error_code> sleep_until(mono_time when) override;
  [[nodiscard]] std::unique_ptr<alarm> make_alarm(std::function<void()> on_passed) override;
  void set_wall(wall_time when) noexcept { wall_base_ = when - now_.time_since_epoch(); }
  /// Moves to the earliest sleeper or alarm and wakes it; false when there is none.
  bool advance();

 private:
  struct nothing {};
  class manual_alarm;
  using sleepers = std::multimap<mono_time, std::function<void()>>;
  asio::any_io_executor executor_;
  mono_time now_{};
  wall_time wall_base_{std::chrono::sys_days{std::chrono::January / 1 / 2030}};
  sleepers sleeping_;
};

class event_recorder final : public event_sink {
 public:
  void emit(severity, std::string_view event, std::span<const event_field>) override {
    names.emplace_back(event);
  }
  std::vector<std::string> names;
};

/// A host without network: streams come from memory_stream.hpp.
class manual_host final : public host {
 public:
  manual_host() : clock_{io_.get_executor()}, entropy_{make_seeded_entropy(1)} {}
  [[nodiscard]] asio::any_io_executor executor() override { return io_.get_executor(); }
  [[nodiscard]] manual_clock& clock() override { return clock_; }
  [[nodiscard]] runtime::network& network() override;
  [[nodiscard]] runtime::entropy& entropy() override { return *entropy_; }
  [[nodiscard]] event_sink& events() override { return events_; }

  /// Runs until `main` has ended and returns its value. Fails the test when `main` is stuck.
  template <class T>
  T run(task<T> main) {
    std::optional<T> out;
    run_void(store_value(std::move(main), out));
    return std::move(out.value());
  }
  void run(task<void> main) { run_void(std::move(main)); }
  /// Runs what is ready now, without moving the clock.
  void poll() { io_.restart(), io_.poll(); }

 private:
  template <class T>
  static task<void> store_value(task<T> work, std::optional<T>& out) {
    out.emplace(co_await std::move(work));
  }
  void run_void(task<void> main);

  asio::io_context io_;
  manual_clock clock_;
  std::unique_ptr<runtime::entropy> entropy_;
  event_recorder events_;
};

}  // namespace kitfox::runtime::test
