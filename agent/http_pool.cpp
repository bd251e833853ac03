#include "agent/http_pool.hpp"

#include <algorithm>

#include "runtime/deadline.hpp"
#include "runtime/errc.hpp"

namespace kitfox::agent {

using runtime::error_code;
using runtime::mono_time;
using runtime::result;
using runtime::task;
using runtime::http::request;
using runtime::http::response;

namespace {
/// One more waits.
struct waiting_mark {
  explicit waiting_mark(std::size_t& count) : count_{++count} {}
  waiting_mark(const waiting_mark&) = delete;
  waiting_mark& operator=(const waiting_mark&) = delete;
  ~waiting_mark() { --count_; }
  std::size_t& count_;
};
}  // namespace

/// The right to have one connection in use.
struct http_pool::permit {
  explicit permit(http_pool& of) : pool{of}, since{of.host_.clock().now()} { pool.permits_.push_back(this); }
  permit(const permit&) = delete;
  permit& operator=(const permit&) = delete;
  ~permit() {
    std::erase(pool.permits_, this);
    pool.freed_.notify_all();
  }
  http_pool& pool;
  mono_time since;
};

http_pool::http_pool(runtime::host& on, runtime::endpoint server, std::shared_ptr<runtime::tls_client> tls,
                     const http_pool_options& options)
    : host_{on}, server_{std::move(server)}, tls_{std::move(tls)}, options_{options}, freed_{on.executor()} {}

http_pool::~http_pool() = default;

http_pool::vacancy http_pool::look_for_vacancy() const {
  if (permits_.size() >= options_.connections_max + options_.slow_max) return {};
  const mono_time now = host_.clock().now();
  std::size_t prompt = 0;
  vacancy found;
  for (const permit* one : permits_) {
    const mono_time slow_at = one->since + options_.slow_after;
    if (slow_at <= now) continue;
    ++prompt;
    found.look_again = std::min(found.look_again.value_or(slow_at), slow_at);
  }
  found.free = permits_.size() < options_.connections_max ||
               (options_.slow_max > 0 && prompt < options_.connections_max);
  return found;
}

task<result<std::unique_ptr<http_pool::permit>>> http_pool::wait_for_permit() {
  for (;;) {
    const vacancy found = look_for_vacancy();
    if (found.free) break;
    const waiting_mark mark{waiting_};
    error_code failure;
    if (found.look_again && options_.slow_max > 0) {
      failure = co_await runtime::with_deadline(host_.clock(), *found.look_again, freed_.wait());
    } else {
      failure = co_await freed_.wait();
    }
    if (failure && failure != runtime::errc::timed_out) co_return failure;
  }
  // Taken here and not by the caller, who runs later: another waiter must see it.
  co_return std::make_unique<permit>(*this);
}

std::unique_ptr<runtime::http::client_connection> http_pool::take_idle() {
  const mono_time oldest = host_.clock().now() - options_.idle_max;
  std::erase_if(idle_, [&](const kept& one) { return one.since < oldest; });
  if (idle_.empty()) return nullptr;
  auto open = std::move(idle_.back().open);
  idle_.pop_back();
  return open;
}

void http_pool::keep(std::unique_ptr<connection> open) {
  if (idle_.size() < options_.idle_connections_max) idle_.push_back({std::move(open), host_.clock().now()});
}

task<result<response>> http_pool::on_connection(std::unique_ptr<connection> open, request message,
                                                mono_time until) {
  bool late = false;
  const auto limit = host_.clock().make_alarm([&late, &open] {
    late = true;
    open->close();
  });
  limit->set(until);
  auto answer = co_await open->roundtrip(std::move(message));
  limit->clear();
  if (!answer && late) co_return runtime::errc::timed_out;
  if (answer && open->reusable()) keep(std::move(open));
  co_return answer;
}

task<result<response>> http_pool::exchange_now(request message, mono_time until) {
  if (auto open = take_idle()) {
    auto answer = co_await on_connection(std::move(open), message, until);
    if (answer || options_.on_dead == dead_kept::fail || answer.error() == runtime::errc::cancelled ||
        answer.error() == runtime::errc::timed_out || answer.error() == runtime::http::errc::body_too_large)
      co_return answer;
    idle_.clear();  // The others are as old; one new connection decides.
  }
  const mono_time dial_until = std::min(until, host_.clock().now() + options_.dial_timeout);
  auto stream =
      co_await runtime::with_deadline(host_.clock(), dial_until, host_.network().dial(server_, tls_));
  if (!stream) co_return stream.error();
  auto open = std::make_unique<connection>(std::move(*stream), options_.bounds);
  co_return co_await on_connection(std::move(open), std::move(message), until);
}

task<result<response>> http_pool::exchange(request message, patience limits) {
  auto& clock = host_.clock();
  std::unique_ptr<permit> held;
  if (waiting_ == 0 && look_for_vacancy().free) {
    held = std::make_unique<permit>(*this);
  } else {
    auto waited = co_await runtime::with_deadline(clock, limits.give_up_at, wait_for_permit());
    if (!waited) co_return waited.error();
    held = std::move(*waited);
  }
  const mono_time until = std::min(limits.give_up_at, clock.now() + limits.budget);
  co_return co_await exchange_now(std::move(message), until);
}

}  // namespace kitfox::agent
