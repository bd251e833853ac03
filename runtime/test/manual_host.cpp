#include "runtime/test/manual_host.hpp"

#include <stdexcept>

#include "runtime/assert.hpp"
#include "runtime/root.hpp"

namespace kitfox::runtime::test {

task<error_code> manual_clock::sleep_until(mono_time when) {
  pending<nothing> operation;
  const auto place = sleeping_.emplace(std::max(when, now_), [&operation] { operation.complete({}, {}); });
  const auto outcome = co_await operation.wait(executor_, [this, place] { sleeping_.erase(place); });
  co_return outcome.first;
}

class manual_clock::manual_alarm final : public alarm {
 public:
  manual_alarm(manual_clock& on, std::function<void()> on_passed)
      : on_{on}, on_passed_{std::make_shared<std::function<void()>>(std::move(on_passed))} {}
  ~manual_alarm() override { clear(); }
  void set(mono_time when) override {
    clear();
    place_ = on_.sleeping_.emplace(std::max(when, on_.now_), [this] {
      place_.reset();
      auto call = on_passed_;  // may destroy this alarm
      (*call)();
    });
  }
  void clear() noexcept override {
    if (place_) on_.sleeping_.erase(*place_);
    place_.reset();
  }

 private:
  manual_clock& on_;
  std::shared_ptr<std::function<void()>> on_passed_;  // owners: this, the call under way
  std::optional<sleepers::iterator> place_;
};

std::unique_ptr<alarm> manual_clock::make_alarm(std::function<void()> on_passed) {
  return std::make_unique<manual_alarm>(*this, std::move(on_passed));
}

bool manual_clock::advance() {
  if (sleeping_.empty()) return false;
  const auto first = sleeping_.begin();
  now_ = std::max(now_, first->first);
  const auto wake = std::move(first->second);
  sleeping_.erase(first);
  wake();
  return true;
}

runtime::network& manual_host::network() { throw std::logic_error{"a manual_host has no network"}; }

void manual_host::run_void(task<void> main) {
  bool ended = false;
  std::exception_ptr thrown;
  asio::co_spawn(io_, without_throwing(std::move(main)), [&](const std::exception_ptr& failure) {
    if (failure) thrown = failure;
    ended = true;
  });
  for (;;) {
    io_.restart();
    try {
      io_.poll();
    } catch (const std::exception&) {  // of another task; `main` refers to this frame and goes on
      thrown = std::current_exception();
      continue;
    }
    if (ended) break;
    if (!clock_.advance()) throw std::logic_error{"stuck: nothing is ready and nobody sleeps"};
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace kitfox::runtime::test
