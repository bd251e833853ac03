#include "runtime/real_host.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <optional>

#include "runtime/asio_clock.hpp"
#include "runtime/real_network.hpp"
#include "runtime/root.hpp"
#include "runtime/system_entropy.hpp"

namespace kitfox::runtime {
namespace {

task<void> store_exit(task<int> main, int& out) { out = co_await std::move(main); }

class asio_host final : public real_host {
 public:
  asio_host(event_sink& events, clock_pace pace)
      : events_{events},
        clock_{io_.get_executor(), pace},
        network_{io_.get_executor(), clock_, events},
        entropy_{make_system_entropy()} {}

  asio::any_io_executor executor() override { return io_.get_executor(); }
  runtime::clock& clock() override { return clock_; }
  runtime::network& network() override { return network_; }
  runtime::entropy& entropy() override { return *entropy_; }
  event_sink& events() override { return events_; }

  int run(task<int> main) override {
    int exit = 0;
    bool ended = false;
    std::exception_ptr thrown;
    io_.restart();
    child_task running;
    running.start(io_.get_executor(), store_exit(std::move(main), exit),
                  [&](const std::exception_ptr& failure) {
                    thrown = failure;
                    ended = true;
                  });
    // Signals and late lookups may stay pending for ever, so the context never runs dry by itself.
    while (!ended) io_.run_one();
    io_.poll();
    if (thrown) std::rethrow_exception(thrown);
    return exit;
  }

  void stop_on_signals(stop_source& stop) override {
    signals_.emplace(io_, SIGTERM, SIGINT);
    wait_for_signal(stop);
  }

  void post(std::function<void()> work) override { asio::post(io_, std::move(work)); }

 private:
  void wait_for_signal(stop_source& stop) {
    signals_->async_wait([this, &stop](const error_code& failure, int number) {
      if (failure) return;
      if (stop.requested()) {
        // The user insists: end as the signal would have ended us.
        signals_.reset();
        std::signal(number, SIG_DFL);
        std::raise(number);
        return;
      }
      stop.request();
      wait_for_signal(stop);
    });
  }

  asio::io_context io_{1};
  event_sink& events_;
  asio_clock clock_;
  real_network network_;
  std::unique_ptr<runtime::entropy> entropy_;
  std::optional<asio::signal_set> signals_;
};

}  // namespace

std::unique_ptr<real_host> real_host::make(event_sink& events, clock_pace pace) {
  return std::make_unique<asio_host>(events, pace);
}

}  // namespace kitfox::runtime
