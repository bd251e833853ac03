#include "fakes/kube/kubelet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "fakes/kube/api_state.hpp"
#include "fakes/kube/cluster_events.hpp"
#include "fakes/kube/object_deletion.hpp"
#include "fakes/kube/pod_status.hpp"

namespace kitfox::kube {

namespace {

const resource_type& pods() { return *find_resource("", "v1", "pods"); }

// As Go prints a duration of whole seconds: 10s, 1m20s, 5m0s.
std::string go_seconds(runtime::duration span) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  return seconds < 60 ? fmt::format("{}s", seconds) : fmt::format("{}m{}s", seconds / 60, seconds % 60);
}

const char* name_of(probe_kind kind) {
  switch (kind) {
    case probe_kind::startup:
      return "Startup";
    case probe_kind::readiness:
      return "Readiness";
    case probe_kind::liveness:
      break;
  }
  return "Liveness";
}

bool is_over(const json& pod) {
  const std::string_view phase = text_at(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

std::string uid_of(const json& object) { return std::string{text_at(object, {"metadata", "uid"})}; }

// Asked nothing, and done once it has ended well.
container_plan plan_of_init(const json& pod, const json& spec) {
  container_plan plan = plan_of(pod, spec);
  plan.probes = {};
  if (plan.policy == restart_policy::always) plan.policy = restart_policy::on_failure;
  return plan;
}

std::string container_of(const json& spec) { return std::string{text_at(spec, {"name"})}; }

}  // namespace

std::span<kubelet::container_mirror> kubelet::pod_mirror::current() {
  for (container_mirror& one : init) {
    if (!one.fsm.finished()) return {&one, 1};
    const auto& end = one.fsm.report().end;
    if (!end || end->exit_code != 0) return {};
  }
  return containers;
}

bool kubelet::pod_mirror::has_ended() const {
  const auto ended = [](const container_mirror& one) { return one.fsm.finished(); };
  return std::all_of(init.begin(), init.end(), ended) &&
         std::all_of(containers.begin(), containers.end(), ended);
}

void kubelet::see(const object_place& pod) {
  touched_.insert(pod);
  if (listener_) listener_();
}

std::vector<kubelet_action> kubelet::advance(instant now) {
  std::vector<kubelet_action> out;
  run_controllers(cluster_, now.wall);
  do {
    for (const object_place& place : std::exchange(touched_, {})) look_at(place, now);
    for (auto pod = pods_.begin(); pod != pods_.end();) {
      step(pod->second, now, out);
      report(pod->second, now);
      if (!pod->second.has_ended() || !pod->second.leaving) {
        ++pod;
        continue;
      }
      kubelet_action forget{kubelet_action::kinds::forget};
      forget.folder = cluster_.options.node.pods_folder + "/" + pod->first;
      out.push_back(std::move(forget));
      if (!pod->second.gone) {
        deletion_options at_once;
        at_once.grace_s = 0;
        (void)delete_object(cluster_, pods(), pod->second.object, at_once, now.wall);
      }
      pod = pods_.erase(pod);
    }
    run_controllers(cluster_, now.wall);
  } while (!touched_.empty());
  return out;
}

runtime::mono_time kubelet::deadline() {
  runtime::mono_time first = touched_.empty() ? runtime::mono_time::max() : runtime::mono_time{};
  for (auto& [uid, pod] : pods_) {
    for (const container_mirror& container : pod.current()) first = std::min(first, container.fsm.deadline());
  }
  return first;
}

void kubelet::look_at(const object_place& place, instant now) {
  const object_ptr object = cluster_.store.find(pods(), place.ns, place.name);
  const std::string uid = object ? uid_of(object->body) : std::string{};
  for (auto& [known, pod] : pods_) {
    if (pod.place != place || known == uid || pod.gone) continue;
    pod.gone = true;
    stop(pod, runtime::duration{0}, now);
  }
  if (!object || text_at(object->body, {"spec", "nodeName"}) != node_name) return;
  const auto known = pods_.find(uid);
  if (known == pods_.end()) {
    if (!is_over(object->body)) adopt(object, place, now);
    return;
  }
  known->second.object = object;
  if (text_at(object->body, {"metadata", "deletionTimestamp"}).empty()) return;
  stop(known->second,
       std::chrono::seconds{number_at(object->body, {"metadata", "deletionGracePeriodSeconds"}, 30)}, now);
}

void kubelet::adopt(const object_ptr& pod, const object_place& place, instant now) {
  pod_mirror mirror{place, pod, {}, {}};
  const json& specs = value_at(pod->body, {"spec", "containers"});
  if (!specs.is_array()) return;
  for (const json& spec : specs)
    mirror.containers.push_back({spec, container_fsm{plan_of(pod->body, spec), now.mono}});
  if (const json& init = value_at(pod->body, {"spec", "initContainers"}); init.is_array()) {
    for (const json& spec : init) {
      mirror.init.push_back(
          {spec, container_fsm{plan_of_init(pod->body, spec), now.mono}, {}, 0, "initContainers"});
    }
  }
  pods_.emplace(uid_of(pod->body), std::move(mirror));
  if (!text_at(pod->body, {"metadata", "deletionTimestamp"}).empty()) touched_.insert(place);
}

void kubelet::stop(pod_mirror& pod, runtime::duration grace, instant now) {
  for (container_mirror& container : pod.init) container.fsm.on_stop(grace, now.mono);
  for (container_mirror& container : pod.containers) {
    const bool runs = container.fsm.report().shape == container_report::shapes::running;
    if (runs && !pod.leaving) {
      tell(pod, container, "Normal", "Killing", "Stopping container " + container_of(container.spec),
           now.wall);
    }
    container.fsm.on_stop(grace, now.mono);
  }
  pod.leaving = true;
}

void kubelet::step(pod_mirror& pod, instant now, std::vector<kubelet_action>& out) {
  using kinds = container_action::kinds;
  for (container_mirror& container : pod.current()) {
    for (;;) {
      const container_action action = container.fsm.next(now.mono);
      if (action.kind == kinds::none) break;
      if (action.kind == kinds::start) {
        if (!start(pod, container, now, out)) continue;
        break;  // until it is told what came of it
      }
      kubelet_action wanted{action.kind == kinds::probe       ? kubelet_action::kinds::probe
                            : action.kind == kinds::terminate ? kubelet_action::kinds::terminate
                                                              : kubelet_action::kinds::kill};
      wanted.run = container.run;
      wanted.probe = action.probe;
      if (action.kind == kinds::probe)
        wanted.question = probe_of(container.spec, action.probe, container.launch);
      out.push_back(std::move(wanted));
    }
  }
}

bool kubelet::start(pod_mirror& pod, container_mirror& container, instant now,
                    std::vector<kubelet_action>& out) {
  const auto token = [&](const service_account_name& account) {
    // As long as kube-apiserver makes those of pods, for clients that never read theirs again.
    constexpr std::chrono::hours lifetime{24 * 365};
    auto issued = cluster_.tokens.issue_token(cluster_.store, account, now.wall, lifetime);
    return issued ? std::move(*issued) : std::string{};
  };
  const launch_context with{cluster_.store, cluster_.options.node.images, cluster_.options.node.pods_folder,
                            service_, token};
  container.launch = {};
  if (auto refusal = plan_launch(with, pod.object->body, container.spec, container.launch)) {
    tell(pod, container, "Warning", refusal->event_reason.c_str(), refusal->event_message, now.wall);
    if (refusal->reason == "ImagePullBackOff")
      tell(pod, container, "Normal", "BackOff", refusal->message, now.wall);
    container.fsm.on_start_refused(std::move(refusal->reason), std::move(refusal->message), now);
    return false;
  }
  const std::string image{text_at(container.spec, {"image"})};
  const std::string name = container_of(container.spec);
  tell(pod, container, "Normal", "Pulled",
       fmt::format("Container image \"{}\" already present on machine", image), now.wall);
  tell(pod, container, "Normal", "Created", "Created container " + name, now.wall);
  container.run = ++runs_;
  cluster_.logs.begin_run(log_of(pod, container));
  kubelet_action action{kubelet_action::kinds::start, container.run};
  action.launch = container.launch;
  out.push_back(std::move(action));
  return true;
}

void kubelet::report(pod_mirror& pod, instant now) {
  if (pod.gone) return;
  const auto standing_of = [&pod](const container_mirror& container) {
    container_standing one{container.fsm.report(), container.fsm.finished()};
    if (one.report.reason == "CrashLoopBackOff") {
      one.report.message = fmt::format("back-off {} restarting failed container={} pod={}_{}({})",
                                       go_seconds(container.fsm.backoff()), container_of(container.spec),
                                       pod.place.name, pod.place.ns, uid_of(pod.object->body));
    }
    return one;
  };
  pod_standing standing;
  std::transform(pod.init.begin(), pod.init.end(), std::back_inserter(standing.init), standing_of);
  std::transform(pod.containers.begin(), pod.containers.end(), std::back_inserter(standing.containers),
                 standing_of);
  const object_ptr stored = cluster_.store.find(pods(), pod.place.ns, pod.place.name);
  if (!stored) return;
  json body = stored->body;
  body["status"] = pod_status(body, standing, now.wall);
  if (const auto written = cluster_.store.replace(pods(), std::move(body))) pod.object = *written;
}

void kubelet::tell(const pod_mirror& pod, const container_mirror& container, const char* type,
                   const char* reason, std::string message, runtime::wall_time now) {
  cluster_event event{type, "kubelet", reason, std::move(message)};
  event.field_path = fmt::format("spec.{}{{{}}}", container.list, container_of(container.spec));
  record_event(cluster_, pod.object->body, std::move(event), now);
}

kubelet::found_run kubelet::find(std::uint64_t run) {
  for (auto& [uid, pod] : pods_) {
    for (auto* list : {&pod.init, &pod.containers}) {
      for (container_mirror& container : *list) {
        if (container.run == run) return {&pod, &container};
      }
    }
  }
  return {};
}

log_name kubelet::log_of(const pod_mirror& pod, const container_mirror& container) const {
  return {pod.place.ns, pod.place.name, container_of(container.spec), log_instance::current};
}

void kubelet::on_started(std::uint64_t run, instant now) {
  const auto [pod, container] = find(run);
  if (container == nullptr) return;
  container->fsm.on_started(now);
  tell(*pod, *container, "Normal", "Started", "Started container " + container_of(container->spec), now.wall);
}

void kubelet::on_start_failed(std::uint64_t run, const std::string& why, instant now) {
  const auto [pod, container] = find(run);
  if (container == nullptr) return;
  tell(*pod, *container, "Warning", "Failed",
       fmt::format("Error: failed to start container \"{}\": {}", container_of(container->spec), why),
       now.wall);
  container->fsm.on_start_failed(why, now);
  if (!pod->gone) cluster_.logs.close(log_of(*pod, *container));
}

void kubelet::on_output(std::uint64_t run, std::string_view line, instant now) {
  const auto [pod, container] = find(run);
  if (container == nullptr || pod->gone) return;
  cluster_.logs.append(log_of(*pod, *container), {now.wall, std::string{line}});
}

void kubelet::on_ended(std::uint64_t run, int exit_code, instant now) {
  const auto [pod, container] = find(run);
  if (container == nullptr) return;
  container->fsm.on_ended(exit_code, now);
  cluster_.usage.erase({pod->place.ns, pod->place.name, container_of(container->spec)});
  if (!pod->gone) cluster_.logs.close(log_of(*pod, *container));
  if (container->fsm.report().reason == "CrashLoopBackOff") {
    tell(*pod, *container, "Warning", "BackOff", "Back-off restarting failed container", now.wall);
  }
}

void kubelet::on_probed(std::uint64_t run, probe_kind kind, bool succeeded, std::string_view said,
                        instant now) {
  const auto [pod, container] = find(run);
  if (container == nullptr) return;
  const bool condemned_before = container->fsm.is_condemned();
  container->fsm.on_probed(kind, succeeded, now.mono);
  if (!succeeded && !pod->leaving) {
    tell(*pod, *container, "Warning", "Unhealthy", fmt::format("{} probe failed: {}", name_of(kind), said),
         now.wall);
  }
  if (!container->fsm.is_condemned() || condemned_before) return;
  std::string why =
      fmt::format("Container {} failed {} probe, will be restarted", container_of(container->spec),
                  kind == probe_kind::startup ? "startup" : "liveness");
  tell(*pod, *container, "Normal", "Killing", std::move(why), now.wall);
}

void kubelet::on_usage(std::uint64_t run, container_usage usage) {
  const auto [pod, container] = find(run);
  if (container == nullptr || pod->gone) return;
  cluster_.usage[{pod->place.ns, pod->place.name, container_of(container->spec)}] = usage;
}

}  // namespace kitfox::kube
