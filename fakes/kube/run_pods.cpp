#include "fakes/kube/run_pods.hpp"

#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "fakes/kube/ask_probe.hpp"
#include "fakes/kube/pod_folder.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::kube {

using runtime::error_code;
using runtime::task;

pod_runner::pod_runner(runtime::host& on, kubelet& node, run_pods_options options)
    : host_{on}, node_{node}, options_{options}, tasks_{on}, bell_{on.executor()} {
  node_.on_work([this] { ring(); });
}

pod_runner::~pod_runner() { node_.on_work(nullptr); }

instant pod_runner::now() const { return {host_.clock().now(), host_.clock().wall_now()}; }

void pod_runner::ring() {
  rung_ = true;
  bell_.notify_all();
}

void pod_runner::stop() {
  stopped_ = true;
  ring();
}

task<void> pod_runner::run() {
  while (!stopped_) {
    rung_ = false;
    for (kubelet_action& action : node_.advance(now())) perform(std::move(action));
    if (host_.clock().now() >= usage_due_) look_at_usage();
    co_await await_work();
  }
  co_await end_all();
}

task<void> pod_runner::await_work() {
  const runtime::mono_time until = std::min(node_.deadline(), usage_due_);
  const error_code ended = co_await runtime::with_deadline(host_.clock(), until, await_bell());
  if (ended == runtime::errc::cancelled) stopped_ = true;
}

task<error_code> pod_runner::await_bell() {
  while (!rung_) {
    const error_code failure = co_await bell_.wait();
    if (failure) co_return failure;
  }
  co_return error_code{};
}

void pod_runner::perform(kubelet_action action) {
  const auto found = containers_.find(action.run);
  runtime::child_process* process = found == containers_.end() ? nullptr : found->second.process.get();
  switch (action.kind) {
    case kubelet_action::kinds::start:
      start(action.run, action.launch);
      break;
    case kubelet_action::kinds::terminate:
      if (process != nullptr) process->signal_leader(SIGTERM);
      break;
    case kubelet_action::kinds::kill:
      if (process != nullptr) process->signal_group(SIGKILL);
      break;
    case kubelet_action::kinds::probe:
      tasks_.spawn("probe of a container", ask(action.run, action.probe, std::move(action.question)));
      break;
    case kubelet_action::kinds::forget: {
      std::error_code ignored;  // what cannot be removed now goes with the whole folder
      std::filesystem::remove_all(action.folder, ignored);
      break;
    }
  }
}

void pod_runner::start(std::uint64_t run, const container_launch& launch) {
  ring();  // whatever comes of it is something to act upon
  if (const error_code failure = make_folders(launch)) {
    node_.on_start_failed(run, failure.message(), now());
    return;
  }
  runtime::child_options options;
  options.command = launch.command;
  options.environment = launch.environment;
  options.directory = launch.directory;
  auto child = runtime::child_process::start(
      host_, options, [this, run](std::string_view line) { node_.on_output(run, line, now()); });
  if (!child) {
    node_.on_start_failed(run, launch.command.front() + ": " + child.error().message(), now());
    return;
  }
  usage_due_ = std::min(usage_due_, host_.clock().now() + options_.first_look);
  containers_[run] = {std::move(*child), runtime::duration{0}, host_.clock().now()};
  node_.on_started(run, now());
  tasks_.spawn("container", await_end(run));
}

task<void> pod_runner::await_end(std::uint64_t run) {
  const auto code = co_await containers_.at(run).process->ended();
  // Only whoever cancels this waits in vain, and then the process is killed with the runner.
  node_.on_ended(run, code ? *code : 128 + SIGKILL, now());
  containers_.erase(run);
  ring();
}

task<void> pod_runner::ask(std::uint64_t run, probe_kind kind, probe_request question) {
  const probe_answer answer = co_await ask_probe(host_, std::move(question));
  node_.on_probed(run, kind, answer.succeeded, answer.said, now());
  ring();
}

void pod_runner::look_at_usage() {
  const instant at = now();
  usage_due_ = at.mono + options_.usage_period;
  for (auto& [run, one] : containers_) {
    const auto used = one.process->usage();
    const runtime::duration window = at.mono - one.looked_at;
    if (!used || window.count() <= 0) continue;
    const double share = runtime::in_seconds(used->cpu_time - one.cpu_time) / runtime::in_seconds(window);
    node_.on_usage(run, {static_cast<std::uint64_t>(share * 1e9), used->resident_bytes, at.wall, window});
    one.cpu_time = used->cpu_time;
    one.looked_at = at.mono;
  }
}

task<void> pod_runner::end_all() {
  for (auto& [run, one] : containers_) one.process->signal_leader(SIGTERM);
  const runtime::mono_time last = host_.clock().now() + options_.farewell;
  while (!containers_.empty()) {
    rung_ = false;
    const error_code late = co_await runtime::with_deadline(host_.clock(), last, await_bell());
    if (late) break;
  }
  for (auto& [run, one] : containers_) one.process->signal_group(SIGKILL);
  co_await tasks_.join();
}

}  // namespace kitfox::kube
