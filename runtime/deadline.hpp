#pragma once
#include <optional>
#include <utility>

#include "runtime/clock.hpp"
#include "runtime/errc.hpp"

namespace kitfox::runtime {

namespace detail {
enum class race_end {
  work_ended,
  passed,     ///< The deadline came first; `work` was cancelled and has ended since.
  cancelled,  ///< The caller itself had been cancelled before.
};
/// Runs `work` until it ends or `when` passes; then cancels and awaits the other.
task<race_end> race_deadline(clock& time, mono_time when, task<void> work);

template <class T>
task<void> store(task<T> work, std::optional<T>& out) {
  out.emplace(co_await std::move(work));
}

[[nodiscard]] inline errc reason_of(race_end end) noexcept {
  return end == race_end::passed ? errc::timed_out : errc::cancelled;
}
}  // namespace detail

/// Runs `work` and returns its result, or errc::timed_out when `when` passes first: then `work` is cancelled
/// and awaited, so nothing of it outlives the call. An operation that succeeded in the same instant as the
/// deadline keeps its result. When the caller is cancelled, so is `work`, and its result counts.
template <class T>
task<result<T>> with_deadline(clock& time, mono_time when, task<result<T>> work) {
  std::optional<result<T>> out;
  const detail::race_end end =
      co_await detail::race_deadline(time, when, detail::store(std::move(work), out));
  if (out && (end != detail::race_end::passed || out->has_value())) co_return std::move(*out);
  co_return detail::reason_of(end);
}

inline task<error_code> with_deadline(clock& time, mono_time when, task<error_code> work) {
  std::optional<error_code> out;
  const detail::race_end end =
      co_await detail::race_deadline(time, when, detail::store(std::move(work), out));
  if (out && (end != detail::race_end::passed || !out->failed())) co_return *out;
  co_return make_error_code(detail::reason_of(end));
}

template <class T>
task<result<T>> with_timeout(clock& time, duration span, task<result<T>> work) {
  return with_deadline(time, time.now() + span, std::move(work));
}

inline task<error_code> with_timeout(clock& time, duration span, task<error_code> work) {
  return with_deadline(time, time.now() + span, std::move(work));
}

}  // namespace kitfox::runtime
