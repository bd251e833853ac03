#include "fakes/kube/metrics_api.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/list_pages.hpp"

namespace kitfox::kube {

namespace {

constexpr runtime::duration window_default = std::chrono::seconds{15};

json usage_text(const container_usage& used) {
  return {{"cpu", fmt::format("{}n", used.cpu_nanocores)},
          {"memory", fmt::format("{}Ki", used.memory_bytes / 1024)}};
}

json metrics_object(const char* kind, const json& of, const container_usage& used) {
  json metadata{{"name", of["metadata"]["name"]}, {"creationTimestamp", print_time(used.at)}};
  for (const char* field : {"namespace", "labels"}) {
    if (of["metadata"].contains(field)) metadata[field] = of["metadata"][field];
  }
  const double seconds = runtime::in_seconds(used.window.count() > 0 ? used.window : window_default);
  return {{"kind", kind},
          {"apiVersion", "metrics.k8s.io/v1beta1"},
          {"metadata", std::move(metadata)},
          {"timestamp", print_time(used.at)},
          {"window", fmt::format("{:.3f}s", seconds)}};
}

class metrics_reader {
 public:
  explicit metrics_reader(const api_call& call) : call_{call}, state_{call.state} {}

  std::optional<json> pod(const json& pod, container_usage& total) const {
    if (text_at(pod, {"status", "phase"}) != "Running") return std::nullopt;
    json containers = json::array();
    const json& specs = value_at(pod, {"spec", "containers"});
    if (!specs.is_array()) return std::nullopt;
    total = {0, 0, call_.now.wall, window_default};
    for (const json& spec : specs) {
      const auto used = container(pod, spec);
      if (!used) return std::nullopt;
      total.cpu_nanocores += used->cpu_nanocores;
      total.memory_bytes += used->memory_bytes;
      total.at = used->at;
      total.window = used->window;
      containers.push_back({{"name", value_at(spec, {"name"})}, {"usage", usage_text(*used)}});
    }
    json out = metrics_object("PodMetrics", pod, total);
    out["containers"] = std::move(containers);
    return out;
  }

  json node(const json& node) const {
    container_usage total{0, 0, call_.now.wall, window_default};
    for (const auto& [key, kept] : state_.store.list(*find_resource("", "v1", "pods"), "")) {
      container_usage used;
      if (kept->at({"spec", "nodeName"}).string() != text_at(node, {"metadata", "name"})) continue;
      if (!pod(kept->open()->body, used)) continue;
      total.cpu_nanocores += used.cpu_nanocores;
      total.memory_bytes += used.memory_bytes;
    }
    json out = metrics_object("NodeMetrics", node, total);
    out["usage"] = usage_text(total);
    return out;
  }

 private:
  std::optional<container_usage> container(const json& pod, const json& spec) const {
    if (state_.node && text_at(pod, {"spec", "nodeName"}) == kubelet::node_name) {
      const auto found = state_.usage.find({std::string{text_at(pod, {"metadata", "namespace"})},
                                            std::string{text_at(pod, {"metadata", "name"})},
                                            std::string{text_at(spec, {"name"})}});
      return found == state_.usage.end() ? std::nullopt : std::optional{found->second};
    }
    container_usage used = metrics_default;
    const auto cpu = parse_quantity(text_at(spec, {"resources", "requests", "cpu"}));
    const auto memory = parse_quantity(text_at(spec, {"resources", "requests", "memory"}));
    if (cpu) used.cpu_nanocores = static_cast<std::uint64_t>(*cpu * 1e9);
    if (memory) used.memory_bytes = static_cast<std::uint64_t>(*memory);
    used.at = call_.now.wall;
    used.window = window_default;
    return used;
  }

  const api_call& call_;
  const api_server::state& state_;
};

outcome<api_answer> list_metrics(const api_call& call, const resource_type& of, bool pods) {
  const auto options =
      parse_list_options(of, call.info.target, list_or_watch::list, call.state.options.watch_list);
  if (!options) return options.error();
  const auto page = list_objects(call.state.store, of, pods ? call.info.attributes.ns : "", *options);
  if (!page) return page.error();
  const metrics_reader reader{call};
  json items = json::array();
  for (const kept_ptr& kept : page->items) {
    const object_ptr object = kept->open();
    container_usage total;
    if (!pods) items.push_back(reader.node(object->body));
    if (!pods) continue;
    if (auto one = reader.pod(object->body, total)) items.push_back(std::move(*one));
  }
  return json_answer(200, {{"kind", pods ? "PodMetricsList" : "NodeMetricsList"},
                           {"apiVersion", "metrics.k8s.io/v1beta1"},
                           {"metadata", json::object()},
                           {"items", std::move(items)}});
}

status_error no_such_metrics(const std::string& plural, const std::string& name) {
  const resource_type shown{
      metrics_group, "v1beta1", plural, "", resource_scope::cluster, {}, {}, {}, {}, {}};
  return not_found(shown, name);
}

}  // namespace

bool serves_metrics(const api_server_options& options) noexcept {
  return options.controllers == cluster_controllers::workloads ||
         options.controllers == cluster_controllers::running_pods;
}

outcome<api_answer> answer_metrics(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  const bool pods = asked.resource == "pods";
  if ((!pods && asked.resource != "nodes") || asked.api_version != "v1beta1") return no_such_path();
  if (call.request.method != "GET" || asked.verb == "watch") return method_not_allowed();
  const resource_type& of = *find_resource("", "v1", asked.resource);
  if (call.info.part_count == 1) return list_metrics(call, of, pods);
  if (call.info.part_count != 2) return no_such_path();
  const object_ptr object = call.state.store.find(of, pods ? asked.ns : "", asked.name);
  if (!object) return no_such_metrics(asked.resource, asked.name);
  const metrics_reader reader{call};
  container_usage total;
  if (!pods) return json_answer(200, reader.node(object->body));
  const auto one = reader.pod(object->body, total);
  if (!one) return no_such_metrics(asked.resource, asked.name);
  return json_answer(200, *one);
}

std::optional<double> parse_quantity(std::string_view text) {
  struct unit {
    std::string_view suffix;
    double factor;
  };
  static constexpr std::array units{unit{"", 1},
                                    unit{"n", 1e-9},
                                    unit{"u", 1e-6},
                                    unit{"m", 1e-3},
                                    unit{"k", 1e3},
                                    unit{"M", 1e6},
                                    unit{"G", 1e9},
                                    unit{"T", 1e12},
                                    unit{"Ki", 1024},
                                    unit{"Mi", 1024.0 * 1024},
                                    unit{"Gi", 1024.0 * 1024 * 1024},
                                    unit{"Ti", 1024.0 * 1024 * 1024 * 1024}};
  double number = 0;
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (failure != std::errc{} || number < 0) return std::nullopt;
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const unit& one : units) {
    if (one.suffix == suffix) return number * one.factor;
  }
  return std::nullopt;
}

}  // namespace kitfox::kube
