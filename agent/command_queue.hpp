#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/agent_policy.hpp"
#include "agent/command_runner.hpp"
#include "runtime/clock.hpp"

namespace kitfox::agent {

/// A call that was given a worker. The serial tells apart two runs of one request id.
struct started_command {
  std::uint64_t serial = 0;
  command_call call;
};

/// What becomes of a command that just came.
enum class admission {
  started,  ///< take_started() yields it.
  queued,   ///< It waits for a worker.
  busy,     ///< Workers and queue are full: answer so at once.
  expired,  ///< Its deadline has passed: answer so, do not run it.
};

/// Hands commands to a bounded number of workers, in order of arrival, and keeps a bounded number waiting.
/// No I/O; `now` is the host's monotonic time. After every on_x call drain take_started(), and after
/// on_time() also take_expired().
class command_queue {
 public:
  /// Asserts that there is at least one worker.
  explicit command_queue(const command_options& options);

  /// `call` is taken unless the answer is busy or expired.
  [[nodiscard]] admission on_command(command_call& call, runtime::mono_time now);
  /// The worker that ran `serial` is free.
  void on_finished(std::uint64_t serial, runtime::mono_time now);
  /// Call it at next_expiry(): moves what expired in the queue to take_expired().
  void on_time(runtime::mono_time now);

  /// What a cancel met.
  struct cancellation {
    enum class what {
      unknown,  ///< No such command: it may have been answered meanwhile.
      running,  ///< Stop the run with `serial`.
      queued,   ///< `call` left the queue and is to be answered.
    };
    what met = what::unknown;
    std::uint64_t serial = 0;
    command_call call{};
  };
  [[nodiscard]] cancellation on_cancel(std::string_view request_id, runtime::mono_time now);
  /// Empties the queue, for the end of a drain; the calls are to be answered.
  [[nodiscard]] std::vector<command_call> take_queued();

  [[nodiscard]] std::optional<started_command> take_started();
  [[nodiscard]] std::optional<command_call> take_expired();
  /// The earliest deadline in the queue.
  [[nodiscard]] std::optional<runtime::mono_time> next_expiry() const;
  /// The serial of a running command, by request id.
  [[nodiscard]] std::optional<std::uint64_t> running(std::string_view request_id) const;
  [[nodiscard]] std::size_t running_count() const noexcept { return running_.size(); }
  [[nodiscard]] std::size_t queued_count() const noexcept { return queue_.size(); }
  [[nodiscard]] bool idle() const noexcept { return running_.empty() && queue_.empty(); }

 private:
  struct run {
    std::uint64_t serial;
    std::string request_id;
  };
  void start(command_call call);
  void fill_workers(runtime::mono_time now);

  command_options options_;
  std::uint64_t serial_ = 0;
  std::vector<run> running_;
  std::deque<command_call> queue_;
  std::deque<started_command> started_;
  std::deque<command_call> expired_;
};

}  // namespace kitfox::agent
