#include "fakes/sim/scheduler.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>

#include "runtime/assert.hpp"

namespace kitfox::sim {

using runtime::mono_time;

scheduler::scheduler(options settings) : settings_{std::move(settings)}, trace_{settings_.trace_records_max} {
  if (settings_.order != nullptr) lane_salt_ = settings_.order->next();
  add_node("world");
}

scheduler::~scheduler() {
  // A handler left now belongs to a task that would not end. Its coroutines refer to objects that may be
  // gone, so they are abandoned rather than unwound.
  for (const auto& one : nodes_)
    if (!one->ready.empty()) static_cast<void>(new ring<handler>(std::move(one->ready)));
}

node& scheduler::add_node(std::string label) {
  auto one = std::make_unique<node>();
  one->owner = this;
  one->label = std::move(label);
  one->number = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back(std::move(one));
  return *nodes_.back();
}

void scheduler::post(node& where, handler what) {
  where.ready.push(std::move(what));
  if (where.now == node::state::paused) return;
  if (settings_.order == nullptr) {
    turns_.push(&where);
  } else if (!where.listed) {
    where.listed = true;
    runnable_.push_back(&where);
  }
}

void scheduler::pause(node& where) {
  where.now = node::state::paused;
  if (!where.listed) return;
  where.listed = false;
  runnable_.erase(std::find(runnable_.begin(), runnable_.end(), &where));
}

void scheduler::resume(node& where) {
  where.now = node::state::running;
  if (where.ready.empty()) return;
  if (settings_.order == nullptr) {
    for (std::size_t i = 0; i < where.ready.size(); ++i) turns_.push(&where);
  } else {
    where.listed = true;
    runnable_.push_back(&where);
  }
}

std::uint64_t scheduler::rank_of(std::uint64_t lane, mono_time when) const {
  // The finaliser of splitmix64, over what tells this lane and instant apart.
  std::uint64_t bits =
      lane_salt_ ^ (lane * 0x9E3779B97F4A7C15U) ^ static_cast<std::uint64_t>(when.time_since_epoch().count());
  bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
  bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
  return bits ^ (bits >> 31U);
}

void scheduler::arm(timer& one, mono_time when) {
  if (one.armed()) timers_.remove(one);
  std::uint64_t order = timer_count_++;
  if (settings_.order != nullptr) {
    // A random rank, made unique by the count. A lane has one rank in an instant, so there the count decides.
    constexpr int count_bits = 40;
    const std::uint64_t rank =
        one.lane == 0 ? settings_.order->next() : rank_of(one.lane, std::max(when, now_));
    order = (rank << count_bits) | (order & ((std::uint64_t{1} << count_bits) - 1));
  }
  timers_.add(one, std::max(when, now_), order);
}

node* scheduler::next_ready() {
  if (settings_.order == nullptr) {
    while (!turns_.empty()) {
      node* const one = turns_.pop();
      // The turns of a node that was paused meanwhile are stale: resume() gives it new ones.
      if (one->now != node::state::paused && !one->ready.empty()) return one;
    }
    return nullptr;
  }
  if (runnable_.empty()) return nullptr;
  const auto pick = static_cast<std::size_t>(settings_.order->below(runnable_.size()));
  return runnable_[pick];
}

bool scheduler::run_one_handler() {
  node* const where = next_ready();
  if (where == nullptr) return false;
  note_step(*where);
  ++where->steps;
  handler what = where->ready.pop();
  if (where->listed && where->ready.empty()) {
    where->listed = false;
    auto place = std::find(runnable_.begin(), runnable_.end(), where);
    *place = runnable_.back();
    runnable_.pop_back();
  }
  what();
  return true;
}

void scheduler::fire_first_timer() {
  const mono_time when = timers_.first_deadline();
  if (when > now_) {
    now_ = when;
    instant_steps_ = 0;
  }
  timer& first = timers_.pop();
  note_step(*nodes_[first.node]);
  record(trace_kind::timer, first.node, steps_);
  first.fire();
}

run_outcome scheduler::loop(const std::function<bool()>& enough, mono_time limit, when_idle idle) {
  for (;;) {
    while (run_one_handler())
      if (instant_steps_ > settings_.instant_steps_max) return ended(run_end::livelock, last_steps());
    if (enough()) return ended(run_end::done);
    if (timers_.empty() && idle == when_idle::report_stuck) return ended(run_end::stuck, task_names());
    if (timers_.empty() || timers_.first_deadline() > limit) {
      if (limit > now_) {
        now_ = limit;
        instant_steps_ = 0;
      }
      return ended(run_end::time_limit);
    }
    fire_first_timer();
    if (instant_steps_ > settings_.instant_steps_max) return ended(run_end::livelock, last_steps());
  }
}

run_outcome scheduler::run(const std::function<bool()>& enough, mono_time limit, when_idle idle) {
  KITFOX_ASSERT(!running_);
  running_ = true;
  run_outcome outcome;
  std::size_t strangers = 0;  // what found its way to the io_context would run at times of its own choosing
  // The root of every coroutine: here, and nowhere else, an exception of a task becomes an outcome.
  try {
    strangers = context_.poll();
    context_.restart();
    // From inside the io_context, where Asio keeps the memory of finished operations for the next ones.
    boost::asio::post(context_, [&] { outcome = loop(enough, limit, idle); });
    context_.run_one();
    strangers += context_.poll();
  } catch (const std::exception& failure) {
    outcome = ended(run_end::failed);
    outcome.failure = failure.what();
  }
  context_.restart();
  running_ = false;
  instant_steps_ = 0;
  if (strangers != 0) {
    outcome = ended(run_end::failed);
    outcome.failure = "something was posted to the inner io_context, outside of virtual time";
  }
  return outcome;
}

std::vector<std::string> scheduler::settle(const std::function<bool()>& enough) {
  KITFOX_ASSERT(!running_);
  running_ = true;
  std::vector<std::string> failures;
  for (std::uint64_t i = 0; i < settings_.instant_steps_max && !enough(); ++i) {
    try {
      if (!run_one_handler()) break;
    } catch (const std::exception& failure) {
      failures.emplace_back(failure.what());
    }
  }
  running_ = false;
  return failures;
}

run_outcome scheduler::ended(run_end end, std::vector<std::string> names) const {
  return {end, std::move(names), {}, now_};
}

std::vector<std::string> scheduler::task_names() const {
  std::vector<std::string> names;
  for (const auto& where : nodes_)
    for (const auto& [id, task] : where->tasks) names.push_back(where->label + ": " + task.name);
  return names;
}

std::vector<std::string> scheduler::last_steps() const {
  std::vector<std::pair<std::size_t, std::uint32_t>> seen;  // count and node
  const std::size_t kept = std::min<std::size_t>(instant_steps_, last_steps_kept);
  for (std::size_t i = 0; i < kept; ++i) {
    const std::uint32_t number = last_[i];
    const auto same =
        std::find_if(seen.begin(), seen.end(), [&](const auto& s) { return s.second == number; });
    if (same == seen.end())
      seen.emplace_back(1, number);
    else
      ++same->first;
  }
  std::stable_sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> names;
  for (const auto& [count, number] : seen) {
    const node& where = *nodes_[number];
    names.push_back(where.label + ":");
    bool first = true;
    for (const std::string& task : where.task_names()) {
      names.back() += (first ? " " : ", ") + task;
      first = false;
    }
  }
  return names;
}

}  // namespace kitfox::sim
