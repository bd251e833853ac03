#include "fakes/kube/cluster_events.hpp"

#include <fmt/format.h>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/object_defaults.hpp"

namespace kitfox::kube {

namespace {

const resource_type& event_type() { return *find_resource("", "v1", "events"); }

bool takes_events(const api_server::state& state, std::string_view ns) {
  const object_ptr found = state.store.find(*find_resource("", "v1", "namespaces"), "", ns);
  return found && text_at(found->body, {"metadata", "deletionTimestamp"}).empty();
}

json reference_to(const json& about, const std::string& field_path) {
  json out{{"kind", value_at(about, {"kind"})},
           {"apiVersion", value_at(about, {"apiVersion"})},
           {"namespace", value_at(about, {"metadata", "namespace"})},
           {"name", value_at(about, {"metadata", "name"})},
           {"uid", value_at(about, {"metadata", "uid"})},
           {"resourceVersion", value_at(about, {"metadata", "resourceVersion"})}};
  if (!field_path.empty()) out["fieldPath"] = field_path;
  return out;
}

bool count_up(api_server::state& state, const object_place& place, runtime::wall_time now) {
  const object_ptr known = state.store.find(event_type(), place.ns, place.name);
  if (!known) return false;
  json body = known->body;
  body["count"] = number_at(body, {"count"}, 1) + 1;
  body["lastTimestamp"] = print_time(now);
  return state.store.replace(event_type(), std::move(body)).has_value();
}

void forget_oldest(api_server::state& state) {
  const object_place oldest = state.events.order.front();
  state.events.order.pop_front();
  std::erase_if(state.events.by_content, [&](const auto& entry) { return entry.second == oldest; });
  // Somebody may have deleted it, or its namespace went: then it is where it should be.
  (void)state.store.remove(event_type(), oldest.ns, oldest.name);
}

}  // namespace

void record_event(api_server::state& state, const json& about, cluster_event event, runtime::wall_time now) {
  const std::string ns{text_at(about, {"metadata", "namespace"})};
  if (!takes_events(state, ns)) return;
  const std::string content = fmt::format("{}\n{}\n{}\n{}", text_at(about, {"metadata", "uid"}), event.reason,
                                          event.field_path, event.message);
  const auto known = state.events.by_content.find(content);
  if (known != state.events.by_content.end() && count_up(state, known->second, now)) return;
  const std::string name =
      fmt::format("{}.{:016x}", text_at(about, {"metadata", "name"}), ++state.events.names_made);
  const std::string time = print_time(now);
  json source{{"component", event.component}};
  if (std::string_view{event.component} == "kubelet") source["host"] = value_at(about, {"spec", "nodeName"});
  json body{{"metadata", {{"name", name}, {"namespace", ns}}},
            {"involvedObject", reference_to(about, event.field_path)},
            {"reason", std::move(event.reason)},
            {"message", std::move(event.message)},
            {"type", event.type},
            {"source", std::move(source)},
            {"firstTimestamp", time},
            {"lastTimestamp", time},
            {"count", 1}};
  apply_defaults(event_type(), body);
  const auto stored = state.store.create(event_type(), std::move(body), now);
  if (!stored) return;  // the store is full: an event is the least of what is lost
  const object_place place{&event_type(), ns, name};
  state.events.by_content.insert_or_assign(content, place);
  state.events.order.push_back(place);
  while (state.events.order.size() > state.options.limits.events_max) forget_oldest(state);
}

}  // namespace kitfox::kube
