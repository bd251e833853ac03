#include "runtime/notifier.hpp"

#include "runtime/errc.hpp"
#include "runtime/pending.hpp"

namespace kitfox::runtime {

struct nothing {};

struct notifier::waiter {
  waiter* previous = nullptr;
  waiter* next = nullptr;
  pending<nothing> operation;
};

notifier::~notifier() {
  while (first_ != nullptr) {
    waiter& one = *first_;
    unlink(one);
    one.operation.complete(errc::cancelled, {});
  }
}

void notifier::unlink(waiter& one) noexcept {
  (one.previous != nullptr ? one.previous->next : first_) = one.next;
  (one.next != nullptr ? one.next->previous : last_) = one.previous;
  one.previous = one.next = nullptr;
}

void notifier::notify_all() {
  while (first_ != nullptr) {
    waiter& one = *first_;
    unlink(one);
    one.operation.complete({}, {});
  }
}

task<error_code> notifier::wait() {
  waiter self;
  self.previous = last_;
  (last_ != nullptr ? last_->next : first_) = &self;
  last_ = &self;
  const auto outcome = co_await self.operation.wait(executor_, [this, &self] { unlink(self); });
  co_return outcome.first;
}

}  // namespace kitfox::runtime
