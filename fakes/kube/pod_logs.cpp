#include "fakes/kube/pod_logs.hpp"

namespace kitfox::kube {

void pod_logs::append(const log_name& name, log_line line) {
  container_log& log = logs_[name];
  log.bytes += line.text.size() + 1;
  log.lines.push_back(std::move(line));
  while (log.bytes > limits_.bytes_per_container_max && log.lines.size() > 1) {
    log.bytes -= log.lines.front().text.size() + 1;
    log.lines.pop_front();
    ++log.first_index;
  }
  changed();
}

void pod_logs::append_text(const log_name& name, std::string_view text, runtime::wall_time start,
                           runtime::duration step) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    append(name, {start, std::string{text.substr(0, end)}});
    start += step;
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

void pod_logs::begin_run(const log_name& name) {
  container_log& current = logs_[name];
  const std::uint64_t run = current.run + 1;
  if (run > 1) {
    current.open = false;
    logs_[{name.ns, name.pod, name.container, log_instance::previous}] = std::move(current);
  }
  current = {};
  current.run = run;
  changed();
}

void pod_logs::close(const log_name& name) {
  const auto found = logs_.find(name);
  if (found == logs_.end()) return;
  found->second.open = false;
  changed();
}

void pod_logs::erase_pod(std::string_view ns, std::string_view pod) {
  std::erase_if(logs_, [&](const auto& entry) { return entry.first.ns == ns && entry.first.pod == pod; });
  changed();
}

const container_log* pod_logs::find(const log_name& name) const {
  auto found = logs_.find(name);
  if (found == logs_.end()) found = logs_.find({name.ns, name.pod, {}, name.instance});
  return found == logs_.end() ? nullptr : &found->second;
}

void pod_logs::changed() const {
  if (listener_) listener_();
}

}  // namespace kitfox::kube
