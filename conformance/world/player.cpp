#include "conformance/world/player.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/world/names.hpp"

namespace kitfox::conformance {

player::player(world& in, const scenario& what, std::uint64_t seed)
    : world_{in},
      what_{what},
      caller_{in},
      keys_{in, caller_, what.topology},
      workload_{runtime::make_seeded_entropy(seed)->child("workload")},
      effects_{in.tape(), in.harness().clock()},
      beside_{in.harness()} {
  for (const cluster_spec& one : what.topology.clusters) scale_.push_back(one.agents);
}

runtime::duration player::since_start() const { return world_.harness().clock().now() - started_; }

runtime::task<play_outcome> player::run(runtime::stop_source* stop) {
  play_outcome out;
  if (stop == nullptr) {
    co_await open_and_play(out);
  } else {
    runtime::task_group course{world_.harness()}, watch{world_.harness()};
    course.spawn("scenario", open_and_play(out));
    watch.spawn("interruption", break_off(*stop, course));
    co_await course.join();
    watch.cancel();
    co_await watch.join();
  }
  beside_.cancel();
  co_await beside_.join();
  world_.note_audit();
  world_.tape().seal();
  co_await keys_.leave();
  co_await world_.close();
  if (std::string refused = world_.refused_settings(); !refused.empty())
    out.harness_failure = std::move(refused);
  co_return out;
}

/// What waits is told at once; what is between two waits finds that the run has failed.
runtime::task<void> player::break_off(runtime::stop_source& stop, runtime::task_group& course) {
  const runtime::error_code failure = co_await stop.wait();
  if (failure) co_return;
  failure_ = "the run was broken off";
  beside_.cancel();
  course.cancel();
}

runtime::task<void> player::open_and_play(play_outcome& out) {
  std::string why;
  const runtime::error_code failure = co_await world_.open(why);
  if (failure) {
    out.harness_failure = "the world did not come up: " + why + " (" + failure.message() + ")";
    co_return;
  }
  step_result prepared = co_await prepare();
  if (prepared.ok) {
    const step_result played = co_await play_steps();
    if (played.harness) failure_ = played.why;
  } else {
    failure_ = prepared.why;
  }
  out.harness_failure = failure_;
}

player::outcome player::prepare() {
  step_result result;
  for (std::size_t i = 0; i < what_.topology.clusters.size(); ++i) {
    const runtime::error_code failure = co_await keys_.create(i, result.why);
    if (failure) {
      result.ok = false;
      co_return result;
    }
    if (what_.topology.clusters[i].key != starting_key::revoked) continue;
    const runtime::error_code revoked = co_await keys_.revoke_all(i, result.why);
    if (revoked) {
      result.ok = false;
      co_return result;
    }
  }
  started_ = world_.harness().clock().now();
  if (!world_.starts_by_hand()) note_start(world_.tape(), started_);
  for (std::size_t i = 0; i < what_.topology.clusters.size(); ++i) {
    const cluster_spec& spec = what_.topology.clusters[i];
    if (spec.started == cluster_spec::start::by_step) scale_[i] = 0;
    for (std::uint32_t n = 0; n < scale_[i]; ++n) {
      const node_ref node{node_set::what::agents, i, n};
      std::string key = key_for(i);
      const runtime::error_code failure = co_await world_.start(node, std::move(key));
      if (!failure) continue;
      result.ok = false;
      result.why = "agent " + agent_node(what_.topology, i, n) + " did not start: " + failure.message();
      co_return result;
    }
  }
  // Whoever starts one by hand takes a while.
  started_ = world_.harness().clock().now();
  co_return result;
}

std::string player::key_for(std::size_t cluster) {
  const keyring::key* current = keys_.current(cluster);
  switch (what_.topology.clusters[cluster].key) {
    case starting_key::issued:
    case starting_key::revoked:
      return current->text;
    case starting_key::wrong_secret:
      return keyring::with_wrong_secret(*current);
    case starting_key::unknown:
      return keyring::unknown_key();
  }
  return current->text;
}

player::outcome player::play_steps() {
  step_result result;
  for (std::size_t i = 0; i < what_.steps.size() && failure_.empty(); ++i) {
    if (what_.steps[i].sequence == step::order::beside) {
      beside_.spawn("step " + std::to_string(i), play_step(i));
    } else {
      co_await play_step(i);
    }
  }
  // What runs beside the steps belongs to the scenario and ends before it settles.
  if (failure_.empty()) co_await beside_.join();
  if (failure_.empty()) {
    const runtime::error_code failure = co_await world_.harness().clock().sleep_for(what_.settle);
    if (failure) failure_ = "the run was broken off";
  }
  record end;
  end.kind = record_kind::step_ended;
  end.name = "end";
  end.id = "end";
  world_.tape().add(std::move(end), world_.harness().clock().now());
  if (!failure_.empty()) {
    result.ok = false;
    result.harness = true;
    result.why = failure_;
  }
  co_return result;
}

void player::note(record_kind kind, std::size_t index, const step_result* result) {
  const step& one = what_.steps[index];
  record entry;
  entry.kind = kind;
  entry.name = one.verb_name;
  entry.id = std::to_string(index);
  entry.more = result != nullptr ? result->more : nlohmann::json::object();
  if (result != nullptr) {
    entry.more["ok"] = result->ok;
    if (!result->why.empty()) entry.more["why"] = result->why;
  }
  entry.more["line"] = one.where.line;
  world_.tape().add(std::move(entry), world_.harness().clock().now());
}

runtime::task<void> player::play_step(std::size_t index) {
  const step& one = what_.steps[index];
  step_result moment = co_await await_moment(one);
  note(record_kind::step_begun, index, nullptr);
  step_result result = moment;
  if (moment.ok) result = co_await take(index);
  if (one.lasting && result.ok) {
    const runtime::error_code cancelled = co_await world_.harness().clock().sleep_for(*one.lasting);
    static_cast<void>(cancelled);  // what was injected is undone in either case
    undo(index);
    co_await undo_processes(index);
  }
  note(record_kind::step_ended, index, &result);
  if (result.harness && failure_.empty()) failure_ = fmt::format("step {}: {}", index, result.why);
}

player::outcome player::await_moment(const step& one) {
  step_result result;
  if (const auto* at = std::get_if<runtime::duration>(&one.timing)) {
    const runtime::error_code failure = co_await world_.harness().clock().sleep_until(started_ + *at);
    result.ok = !failure;
  } else if (const auto* trigger = std::get_if<event_trigger>(&one.timing)) {
    std::set<std::string> nodes;
    if (trigger->agents) nodes = names_of(*trigger->agents);
    const std::set<std::string>* among = trigger->agents ? &nodes : nullptr;
    const std::uint64_t goal = world_.state().count(trigger->event, among, trigger->command) + trigger->nth;
    const runtime::mono_time until = world_.harness().clock().now() + trigger->within;
    for (;;) {
      const std::uint64_t known = world_.state().version();
      if (world_.state().count(trigger->event, among, trigger->command) >= goal) break;
      auto changed = world_.state().change_since(known);
      const runtime::error_code failure =
          co_await runtime::with_deadline(world_.harness().clock(), until, std::move(changed));
      if (!failure) continue;
      result.ok = false;
      result.why = "the event that the step waits for did not happen within its bound";
      result.more["not_fired"] = true;
      break;
    }
  }
  co_return result;
}

/// Nobody starts again what has ended while the steps wait for it, unless a step beside them does.
bool player::has_ended_for_good(const std::string& node) const {
  return world_.state().is(node, agent_state::exited) &&
         std::ranges::none_of(what_.steps,
                              [](const step& one) { return one.sequence == step::order::beside; });
}

player::outcome player::await_state(const await_verb& what) {
  const bool of_the_living = what.state == agent_state::connected || what.state == agent_state::waiting;
  step_result result;
  const std::set<std::string> nodes = names_of(what.agents);
  const runtime::mono_time until = world_.harness().clock().now() + what.within;
  for (;;) {
    const std::uint64_t known = world_.state().version();
    std::uint64_t reached = 0;
    std::string missing, ended;
    for (const std::string& node : nodes) {
      if (world_.state().is(node, what.state)) {
        ++reached;
        continue;
      }
      if (missing.size() < 200) missing += (missing.empty() ? "" : ", ") + node;
      if (ended.empty() && has_ended_for_good(node)) ended = node;
    }
    const bool fine = what.count.empty() ? reached == nodes.size() : what.count.holds(reached);
    result.more["reached"] = reached;
    if (fine) co_return result;
    if (of_the_living && what.count.empty() && !ended.empty()) {
      result.ok = false;
      result.why = fmt::format("the process of {} has ended, and nothing starts it again", ended);
      co_return result;
    }
    auto changed = world_.state().change_since(known);
    const runtime::error_code failure =
        co_await runtime::with_deadline(world_.harness().clock(), until, std::move(changed));
    if (!failure) continue;
    result.ok = false;
    result.why = fmt::format("{} of {} agents after {} s; missing: {}", reached, nodes.size(),
                             std::chrono::duration<double>(what.within).count(), missing);
    co_return result;
  }
}

}  // namespace kitfox::conformance
