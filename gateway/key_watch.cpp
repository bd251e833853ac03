#include "gateway/key_watch.hpp"

#include <utility>

#include "runtime/deadline.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::task;

namespace {
/// The hub goes on with other work after so many look-ups, about a millisecond's worth.
constexpr std::size_t keys_at_a_time = 64;
constexpr duration breath = std::chrono::milliseconds{1};
}  // namespace

task<error_code> key_watch::wait_for(duration span) {
  if (stopping_) co_return error_code{};
  const runtime::mono_time until = with_.on.clock().now() + span;
  co_return co_await runtime::with_deadline(with_.on.clock(), until, stopped_.wait());
}

task<error_code> key_watch::look_up_open_keys() {
  std::size_t count = 0;
  for (auto& [cluster_id, key_id] : with_.board.routes().open_keys()) {
    if (++count % keys_at_a_time == 0) {
      const error_code waited = co_await wait_for(breath);
      if (waited != runtime::errc::timed_out) co_return waited;
    }
    const auto known = co_await with_.keys.find(key_id);
    if (known.has_error()) co_return known.error();
    if (!known.value() || known.value()->revoked_at) with_.board.revoke(cluster_id, key_id);
  }
  co_return error_code{};
}

task<error_code> key_watch::look() {
  const auto number = with_.clusters.change_number();
  if (number.has_error()) co_return number.error();
  if (number.value() == seen_) co_return error_code{};
  const error_code failure = co_await look_up_open_keys();
  if (!failure) seen_ = number.value();
  co_return failure;
}

task<void> key_watch::run() {
  if (const auto number = with_.clusters.change_number()) seen_ = number.value();
  while (!stopping_) {
    const error_code waited = co_await wait_for(interval_);
    if (waited != runtime::errc::timed_out) co_return;
    // The next round tries again.
    static_cast<void>(co_await look());
  }
}

void key_watch::stop() {
  stopping_ = true;
  stopped_.notify_all();
}

}  // namespace kitfox::gateway
