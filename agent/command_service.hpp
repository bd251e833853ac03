#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>

#include "agent/agent_metrics.hpp"
#include "agent/answer_sender.hpp"
#include "agent/command_queue.hpp"
#include "agent/gateway_clock.hpp"
#include "agent/idempotency_cache.hpp"
#include "runtime/notifier.hpp"
#include "runtime/stop_source.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::agent {

/// Takes commands from the stream and sees each to its one answer: bounded workers beside the stream's
/// reader, deadlines, cancellation, repeats, delivery. Reports `command_received`, `command_finished`,
/// `command_repeated`, `denied`, `answer_undelivered`. Not thread-safe.
class command_service {
 public:
  /// All references must outlive it.
  command_service(runtime::host& on, const agent_policy& policy, command_runner& runner,
                  answer_sender& sender, const gateway_clock& gateway, agent_metrics& metrics);
  ~command_service();

  /// Never waits.
  void on_command(const protocol::command_event& event);
  /// Of a command only the id can be read: answered `invalid`, with what is wrong.
  void on_malformed(const std::string& request_id, const std::string& complaint);
  void on_cancel(const protocol::cancel_event& event);

  /// Answers what expires in the queue. Until cancelled.
  [[nodiscard]] runtime::task<void> run();
  /// Refuses new commands, lets the accepted ones end until `commands_until`, then cancels them; returns when
  /// every answer is delivered, at `answers_until` at the latest.
  [[nodiscard]] runtime::task<void> drain(runtime::mono_time commands_until,
                                          runtime::mono_time answers_until);
  /// Ends everything at once, unanswered. Must be awaited before the service dies.
  [[nodiscard]] runtime::task<void> stop();

  [[nodiscard]] std::size_t unfinished() const noexcept {
    return queue_.running_count() + queue_.queued_count() + pending_.size();
  }

 private:
  struct pending_answer;
  [[nodiscard]] bool is_fresh(const command_call& call);
  void start_ready();
  void answer_expired();
  struct running_command;
  [[nodiscard]] runtime::task<void> run_one(started_command one);
  [[nodiscard]] runtime::task<void> run_into(const command_call& call, running_command& into);
  [[nodiscard]] runtime::task<void> deliver(outgoing_answer answer, std::unique_ptr<pending_answer> counted);
  [[nodiscard]] runtime::task<runtime::error_code> wait_until_idle();
  [[nodiscard]] runtime::task<runtime::error_code> wait_until_delivered();
  void finish(const command_call& call, runtime::mono_time received, command_outcome outcome);
  void finish_unstarted(const command_call& call, protocol::command_error error, const char* sentence);
  void post(std::string request_id, std::string body, runtime::mono_time deadline);
  void report_finished(const command_call& call, runtime::duration took, const command_outcome& outcome);
  void report_denied(const command_call& call, const command_outcome& outcome);

  enum class phase { open, draining, closed };

  runtime::host& host_;
  agent_policy policy_;
  command_runner& runner_;
  answer_sender& sender_;
  const gateway_clock& gateway_;
  agent_metrics& metrics_;
  command_queue queue_;
  idempotency_cache seen_;
  runtime::notifier changed_;
  phase phase_ = phase::open;
  std::map<std::uint64_t, running_command*> running_;  ///< By serial.
  std::multiset<std::string> pending_;                 ///< Request ids of answers on their way.
  std::size_t pending_bytes_ = 0;                      ///< Of their bodies.
  runtime::task_group group_;
};

}  // namespace kitfox::agent
