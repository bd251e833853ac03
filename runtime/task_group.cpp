#include "runtime/task_group.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <utility>

#include "runtime/assert.hpp"
#include "runtime/pending.hpp"
#include "runtime/root.hpp"

namespace kitfox::runtime {

struct task_group::member {
  member* previous = nullptr;
  member* next = nullptr;
  std::uint64_t id = 0;
  asio::cancellation_signal signal;  ///< For the host; cancel() uses it too.
  child_task running;
};

struct task_group::join_waiter {
  pending<bool> operation;
};

task_group::~task_group() { KITFOX_ASSERT(count_ == 0); }

void task_group::spawn(std::string name, task<void> body) {
  auto* one = new member;  // owned by the list until remove()
  one->next = first_;
  if (first_ != nullptr) first_->previous = one;
  first_ = one;
  ++count_;
  one->signal.slot().assign([one](asio::cancellation_type) { one->running.cancel(); });
  one->id = host_.on_task_started(name, one->signal);
  one->running.start(host_.executor(), std::move(body), [this, one](const std::exception_ptr& failure) {
    remove(*one);
    if (failure) std::rethrow_exception(failure);
  });
}

void task_group::remove(member& one) noexcept {
  host_.on_task_ended(one.id);
  (one.previous != nullptr ? one.previous->next : first_) = one.next;
  if (one.next != nullptr) one.next->previous = one.previous;
  --count_;
  delete &one;
  if (count_ == 0 && joiner_ != nullptr) std::exchange(joiner_, nullptr)->operation.complete({}, true);
}

void task_group::cancel() {
  // Completions are posted, never run inside emit(), so the list does not change on the way.
  for (member* one = first_; one != nullptr; one = one->next)
    one->signal.emit(asio::cancellation_type::terminal);
}

task<void> task_group::join() {
  // The cancellation of the joining task is not consumed here: its next leaf sees it.
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  while (count_ != 0) {
    KITFOX_ASSERT(joiner_ == nullptr);
    join_waiter self;
    joiner_ = &self;
    static_cast<void>(co_await self.operation.wait_uncancelled(host_.executor()));
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
}

}  // namespace kitfox::runtime
