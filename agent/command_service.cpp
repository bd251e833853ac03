#include "agent/command_service.hpp"

#include "agent/truncation.hpp"
#include "protocol/commands.hpp"
#include "runtime/deadline.hpp"
#include "runtime/errc.hpp"

namespace kitfox::agent {

using protocol::command_error;
using runtime::duration;
using runtime::error_code;
using runtime::mono_time;
using runtime::task;

namespace {

command_outcome failure_of(command_error error, const char* sentence) {
  command_outcome outcome;
  outcome.error_code = error;
  outcome.error = sentence;
  return outcome;
}

/// A command's name in a log: a known one, since an unknown one may be anything.
std::string_view shown(std::string_view command) {
  return protocol::find_command(command) != nullptr ? command : std::string_view{"(unknown)"};
}

}  // namespace

/// One command with a worker; lives in the frame of its run_one().
struct command_service::running_command {
  explicit running_command(runtime::host& on) : ended{on.executor()}, work{on} {}
  std::optional<command_outcome> outcome;
  runtime::stop_source ended;  ///< By its own end, by cancel, or by the end of a drain.
  runtime::task_group work;
};

/// Counts one answer on its way as long as it lives.
struct command_service::pending_answer {
  pending_answer(command_service& in, const outgoing_answer& answer)
      : of{in}, id{of.pending_.insert(answer.request_id)}, size{answer.body.size()} {
    of.pending_bytes_ += size;
  }
  pending_answer(const pending_answer&) = delete;
  pending_answer& operator=(const pending_answer&) = delete;
  ~pending_answer() {
    of.pending_.erase(id);
    of.pending_bytes_ -= size;
    of.changed_.notify_all();
  }
  command_service& of;
  std::multiset<std::string>::iterator id;
  std::size_t size;
};

command_service::command_service(runtime::host& on, const agent_policy& policy, command_runner& runner,
                                 answer_sender& sender, const gateway_clock& gateway, agent_metrics& metrics)
    : host_{on},
      policy_{policy},
      runner_{runner},
      sender_{sender},
      gateway_{gateway},
      metrics_{metrics},
      queue_{policy.commands},
      seen_{policy.idempotency},
      changed_{on.executor()},
      group_{on} {}

command_service::~command_service() = default;

void command_service::on_command(const protocol::command_event& event) {
  if (phase_ == phase::closed) return;
  const mono_time now = host_.clock().now();
  command_call call{event.request_id, event.command, event.params,
                    command_deadline(event, now, gateway_.at(now, host_.clock().wall_now()))};
  if (!is_fresh(call)) return;
  if (phase_ == phase::draining) {
    finish_unstarted(call, command_error::unavailable, "the agent is shutting down");
    return;
  }
  switch (queue_.on_command(call, now)) {
    case admission::started:
      start_ready();
      return;
    case admission::queued:
      changed_.notify_all();
      return;
    case admission::busy:
      finish_unstarted(call, command_error::busy, "all workers are taken and the queue is full");
      return;
    case admission::expired:
      finish_unstarted(call, command_error::expired, "the deadline passed before the command could start");
      return;
  }
}

void command_service::on_malformed(const std::string& request_id, const std::string& complaint) {
  if (phase_ == phase::closed) return;
  const command_call call{request_id, {}, {}, host_.clock().now() + protocol::command_timeout_default};
  if (is_fresh(call)) finish_unstarted(call, command_error::invalid, complaint.c_str());
}

// A repeat is seen to here: it gets the answer of the first one, now or when that is there.
bool command_service::is_fresh(const command_call& call) {
  auto seen = seen_.on_command(call.request_id, host_.clock().now());
  if (seen.seen == idempotency_cache::sighting::fresh) {
    host_.events().info("command_received",
                        {{"request_id", call.request_id}, {"command", shown(call.command)}});
    return true;
  }
  host_.events().info("command_repeated", {{"request_id", call.request_id}});
  // The answer on its way will do for this repeat too.
  if (pending_.contains(call.request_id)) return false;
  switch (seen.seen) {
    case idempotency_cache::sighting::answered:
      post(call.request_id, std::move(seen.body), call.deadline);
      break;
    case idempotency_cache::sighting::forgotten: {
      const auto gone =
          failure_of(command_error::unavailable, "the answer to this request is no longer kept");
      post(call.request_id, print_answer(call.request_id, gone, policy_.responses.body_bytes_max),
           call.deadline);
      break;
    }
    case idempotency_cache::sighting::in_flight:
    case idempotency_cache::sighting::fresh:
      break;
  }
  return false;
}

void command_service::on_cancel(const protocol::cancel_event& event) {
  using what = command_queue::cancellation::what;
  const auto cancelled = queue_.on_cancel(event.request_id, host_.clock().now());
  switch (cancelled.met) {
    case what::unknown:
      return;
    case what::queued:
      finish_unstarted(cancelled.call, command_error::cancelled, "cancelled before it started");
      start_ready();
      return;
    case what::running:
      if (const auto run = running_.find(cancelled.serial); run != running_.end())
        run->second->ended.request();
      return;
  }
}

void command_service::start_ready() {
  while (auto one = queue_.take_started()) group_.spawn("agent.command", run_one(std::move(*one)));
  answer_expired();
  changed_.notify_all();
}

void command_service::answer_expired() {
  while (const auto call = queue_.take_expired())
    finish_unstarted(*call, command_error::expired, "the deadline passed before a worker was free");
}

task<void> command_service::run_into(const command_call& call, running_command& into) {
  into.outcome = co_await runner_.run(call);
  into.ended.request();
}

task<void> command_service::run_one(started_command one) {
  const mono_time received = host_.clock().now();
  running_command run{host_};
  running_.emplace(one.serial, &run);
  run.work.spawn("agent.command.work", run_into(one.call, run));
  const error_code late = co_await runtime::with_deadline(host_.clock(), one.call.deadline, run.ended.wait());
  // What the work yields once it is cancelled is no answer.
  const bool complete = run.outcome.has_value();
  run.work.cancel();
  co_await run.work.join();
  running_.erase(one.serial);
  if (phase_ == phase::closed || late == runtime::errc::cancelled) co_return;
  if (complete) {
    finish(one.call, received, std::move(*run.outcome));
  } else if (late) {
    finish(one.call, received, failure_of(command_error::timeout, "the deadline passed while it ran"));
  } else {
    finish(one.call, received, failure_of(command_error::cancelled, "cancelled while it ran"));
  }
  queue_.on_finished(one.serial, host_.clock().now());
  start_ready();
}

void command_service::finish_unstarted(const command_call& call, command_error error, const char* sentence) {
  finish(call, host_.clock().now(), failure_of(error, sentence));
}

void command_service::finish(const command_call& call, mono_time received, command_outcome outcome) {
  const mono_time now = host_.clock().now();
  metrics_.count_command(outcome.error_code);
  report_finished(call, now - received, outcome);
  if (outcome.error_code == command_error::denied) report_denied(call, outcome);
  std::string body = print_answer(call.request_id, std::move(outcome), policy_.responses.body_bytes_max);
  seen_.on_answered(call.request_id, body, now);
  post(call.request_id, std::move(body), call.deadline);
}

void command_service::report_finished(const command_call& call, duration took,
                                      const command_outcome& outcome) {
  const std::string_view code = outcome.error_code ? protocol::to_string(*outcome.error_code) : "ok";
  host_.events().info("command_finished", {{"request_id", call.request_id},
                                           {"command", shown(call.command)},
                                           {"code", code},
                                           {"duration_seconds", runtime::in_seconds(took)}});
}

void command_service::report_denied(const command_call& call, const command_outcome& outcome) {
  const protocol::error_detail detail = outcome.detail.value_or(protocol::error_detail{});
  host_.events().warning(
      "denied",
      {{"request_id", call.request_id},
       {"command", shown(call.command)},
       {"status", detail.code.value_or(0)},
       {"verb", std::string_view{detail.verb ? *detail.verb : ""}},
       {"resource", std::string_view{detail.resource ? *detail.resource : ""}},
       {"namespace", detail.namespace_name ? std::string_view{*detail.namespace_name} : std::string_view{}}});
}

void command_service::post(std::string request_id, std::string body, mono_time deadline) {
  const response_options& bounds = policy_.responses;
  if (phase_ == phase::closed) return;
  if (pending_.size() >= bounds.pending_max || pending_bytes_ + body.size() > bounds.pending_bytes_max) {
    ++metrics_.responses_undelivered;
    host_.events().error("answer_undelivered", {{"request_id", request_id}, {"reason", "too_many_pending"}});
    return;
  }
  outgoing_answer answer{std::move(request_id), std::move(body), std::max(deadline, host_.clock().now())};
  auto counted = std::make_unique<pending_answer>(*this, answer);
  group_.spawn("agent.answer", deliver(std::move(answer), std::move(counted)));
}

task<void> command_service::deliver(outgoing_answer answer, std::unique_ptr<pending_answer> counted) {
  const auto until_the_end = std::move(counted);
  const std::string request_id = answer.request_id;
  const mono_time deadline = answer.deadline;
  delivery end = co_await sender_.send(std::move(answer));
  if (end == delivery::too_large) {
    // The gateway's limit is lower than ours: tell its caller so much.
    const auto outcome =
        failure_of(command_error::too_large, "the gateway does not take an answer this long");
    outgoing_answer shorter{request_id, print_answer(request_id, outcome, policy_.responses.body_bytes_max),
                            deadline};
    end = co_await sender_.send(std::move(shorter));
  }
  std::string_view reason;
  switch (end) {
    case delivery::delivered:
    case delivery::cancelled:
      co_return;
    case delivery::too_large:
      reason = "too_large";
      break;
    case delivery::refused:
      reason = "refused";
      break;
    case delivery::key_refused:
      reason = "key_refused";
      break;
    case delivery::given_up:
      reason = "given_up";
      break;
  }
  ++metrics_.responses_undelivered;
  host_.events().warning("answer_undelivered", {{"request_id", request_id}, {"reason", reason}});
}

task<void> command_service::run() {
  for (;;) {
    const auto next = queue_.next_expiry();
    if (!next) {
      const error_code cancelled = co_await changed_.wait();
      if (cancelled) co_return;
      continue;
    }
    const error_code woken = co_await runtime::with_deadline(host_.clock(), *next, changed_.wait());
    if (woken == runtime::errc::cancelled) co_return;
    queue_.on_time(host_.clock().now());
    answer_expired();
  }
}

task<error_code> command_service::wait_until_idle() {
  while (!queue_.idle()) {
    const error_code failure = co_await changed_.wait();
    if (failure) co_return failure;
  }
  co_return error_code{};
}

task<error_code> command_service::wait_until_delivered() {
  while (unfinished() > 0) {
    const error_code failure = co_await changed_.wait();
    if (failure) co_return failure;
  }
  co_return error_code{};
}

task<void> command_service::drain(mono_time commands_until, mono_time answers_until) {
  phase_ = phase::draining;
  const error_code late = co_await runtime::with_deadline(host_.clock(), commands_until, wait_until_idle());
  if (late == runtime::errc::timed_out) {
    for (const command_call& call : queue_.take_queued())
      finish_unstarted(call, command_error::cancelled, "the agent is shutting down");
    for (const auto& [serial, run] : running_) run->ended.request();
  }
  const error_code end =
      co_await runtime::with_deadline(host_.clock(), answers_until, wait_until_delivered());
  if (end == runtime::errc::timed_out)
    host_.events().warning("drain_incomplete", {{"unfinished", std::uint64_t{unfinished()}}});
}

task<void> command_service::stop() {
  phase_ = phase::closed;
  group_.cancel();
  co_await group_.join();
}

}  // namespace kitfox::agent
