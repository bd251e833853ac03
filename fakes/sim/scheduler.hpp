#pragma once
#include <array>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fakes/sim/node.hpp"
#include "fakes/sim/run_outcome.hpp"
#include "fakes/sim/timer_queue.hpp"
#include "fakes/sim/trace.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::sim {

/// The loop: virtual time, the armed timers, the ready handlers of every node, the trace. One thread.
class scheduler {
 public:
  struct options {
    /// Draws the order of an instant; empty: first in, first out.
    std::unique_ptr<runtime::entropy> order;
    std::uint64_t instant_steps_max = 0;
    std::size_t trace_records_max = 0;
  };
  explicit scheduler(options settings);
  /// Handlers that never ran are leaked, with the coroutines they own: see run_outcome and shut_down().
  ~scheduler();
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;

  [[nodiscard]] runtime::mono_time now() const noexcept { return now_; }
  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }
  [[nodiscard]] boost::asio::execution_context& context() noexcept { return context_; }
  [[nodiscard]] sim::trace& trace() noexcept { return trace_; }
  [[nodiscard]] const sim::trace& trace() const noexcept { return trace_; }
  void record(trace_kind kind, std::uint32_t node, std::uint64_t size, std::uint64_t content = 0) {
    trace_.add({now_, kind, node, size, content});
  }

  node& add_node(std::string label);
  [[nodiscard]] const std::vector<std::unique_ptr<node>>& nodes() const noexcept { return nodes_; }
  void post(node& where, handler what);
  /// A paused node's handlers wait; what is posted meanwhile queues behind them.
  void pause(node& where);
  void resume(node& where);
  /// Counts work that a handler does without coming back to the loop. False when the instant's steps are used
  /// up: then the caller must post, so that the loop can notice the livelock.
  [[nodiscard]] bool count_inline_step(const node& where) noexcept {
    note_step(where);
    return instant_steps_ <= settings_.instant_steps_max;
  }

  void arm(timer& one, runtime::mono_time when);
  void disarm(timer& one) noexcept {
    if (one.armed()) timers_.remove(one);
  }

  /// Runs until `enough` holds (asked when no handler is ready), until nothing up to `limit` is left, or
  /// until something goes wrong. With `limit` reached the time is `limit`; stuck does not apply then.
  enum class when_idle { report_stuck, jump_to_limit };
  [[nodiscard]] run_outcome run(const std::function<bool()>& enough, runtime::mono_time limit,
                                when_idle idle);
  /// Runs ready handlers alone, without time passing, until `enough` holds, none is ready or the steps of an
  /// instant are used up. Returns the text of each exception that left a task on the way.
  [[nodiscard]] std::vector<std::string> settle(const std::function<bool()>& enough);
  /// "gateway#1: accept loop" for every task that runs.
  [[nodiscard]] std::vector<std::string> task_names() const;

 private:
  [[nodiscard]] run_outcome loop(const std::function<bool()>& enough, runtime::mono_time limit,
                                 when_idle idle);
  [[nodiscard]] node* next_ready();
  bool run_one_handler();
  void fire_first_timer();
  void note_step(const node& where) noexcept {
    ++steps_;
    last_[instant_steps_++ % last_steps_kept] = where.number;
  }
  [[nodiscard]] run_outcome ended(run_end end, std::vector<std::string> names = {}) const;
  [[nodiscard]] std::vector<std::string> last_steps() const;

  [[nodiscard]] std::uint64_t rank_of(std::uint64_t lane, runtime::mono_time when) const;
  options settings_;
  std::uint64_t lane_salt_ = 0;
  boost::asio::io_context context_{1};
  runtime::mono_time now_{};
  std::uint64_t steps_ = 0, instant_steps_ = 0, timer_count_ = 0;
  timer_queue timers_;
  sim::trace trace_;
  std::vector<std::unique_ptr<node>> nodes_;
  ring<node*> turns_;            ///< fifo: one entry for each handler posted, in order.
  std::vector<node*> runnable_;  ///< seeded: the running nodes that have ready handlers.
  static constexpr std::size_t last_steps_kept = 64;
  std::array<std::uint32_t, last_steps_kept>
      last_{};  ///< Numbers of the nodes of the last steps of an instant.
  bool running_ = false;
};

}  // namespace kitfox::sim
