#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "runtime/host.hpp"

namespace kitfox::runtime {

/// Owns coroutines that run beside their owner: nothing is ever detached. An exception that leaves a task
/// ends the program through the executor, since only programmer errors and bad_alloc are thrown. Not
/// thread-safe. Join a group before it is destroyed; the destructor asserts that no task is left.
class task_group {
 public:
  explicit task_group(host& on) : host_{on} {}
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;
  ~task_group();

  /// Starts `body` soon, on the host's executor. `name` shows in reports of stuck tasks. Arguments that
  /// `body` took by reference must outlive the group's join().
  void spawn(std::string name, task<void> body);
  /// Asks every running task to stop; their pending operations end with errc::cancelled.
  void cancel();
  /// Waits until no task runs. Does not cancel by itself. Also waits when its own task is being cancelled,
  /// without passing that on: call cancel() first. One join at a time.
  [[nodiscard]] task<void> join();
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  struct member;
  void remove(member&) noexcept;
  host& host_;
  member* first_ = nullptr;
  std::size_t count_ = 0;
  struct join_waiter;
  join_waiter* joiner_ = nullptr;
};

}  // namespace kitfox::runtime
