#pragma once
#include <semaphore>

#include "runtime/courier.hpp"
#include "runtime/host_thread.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::gateway {

/// A thread for one database, so that a slow disk or another process's lock holds up whoever waits for the
/// answer and nothing else. It shares nothing with others: questions and answers go to and fro as messages.
class store_thread {
 public:
  /// `front` is the host that asks; it and `events` must outlive this.
  store_thread(runtime::host& front, runtime::event_sink& events);
  /// Waits for the last answer. What questions refer to must still be there.
  ~store_thread();
  [[nodiscard]] const runtime::courier& to_thread() const noexcept { return to_thread_; }

 private:
  runtime::task<void> wait_for_answers(std::binary_semaphore& all_given);

  runtime::host_thread thread_;
  runtime::task_group answers_, ending_;  ///< Of that thread.
  runtime::courier to_thread_;
};

}  // namespace kitfox::gateway
