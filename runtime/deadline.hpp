#pragma once
#include <optional>
#include <utility>

#include "runtime/clock.hpp"
#include "runtime/errc.hpp"

namespace kitfox::runtime {

namespace detail {
/// Runs `work` until it ends or `when` passes; then cancels and awaits the other. True when `work` ended
/// first.
task<bool> race_deadline(clock& time, mono_time when, task<void> work);

template <class T>
task<void> store(task<T> work, std::optional<T>& out) {
  out.emplace(co_await std::move(work));
}
}  // namespace detail

/// Runs `work` and returns its result, or errc::timed_out when `when` passes first: then `work` is cancelled
/// and awaited, so nothing of it outlives the call. An operation that ended in the same instant as the
/// deadline keeps its result.
template <class T>
task<result<T>> with_deadline(clock& time, mono_time when, task<result<T>> work) {
  std::optional<result<T>> out;
  const bool in_time = co_await detail::race_deadline(time, when, detail::store(std::move(work), out));
  if (!in_time || !out) co_return errc::timed_out;
  co_return std::move(*out);
}

inline task<error_code> with_deadline(clock& time, mono_time when, task<error_code> work) {
  std::optional<error_code> out;
  const bool in_time = co_await detail::race_deadline(time, when, detail::store(std::move(work), out));
  if (!in_time || !out) co_return make_error_code(errc::timed_out);
  co_return *out;
}

template <class T>
task<result<T>> with_timeout(clock& time, duration span, task<result<T>> work) {
  return with_deadline(time, time.now() + span, std::move(work));
}

inline task<error_code> with_timeout(clock& time, duration span, task<error_code> work) {
  return with_deadline(time, time.now() + span, std::move(work));
}

}  // namespace kitfox::runtime
