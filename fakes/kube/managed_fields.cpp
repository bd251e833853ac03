#include "fakes/kube/managed_fields.hpp"

#include <algorithm>
#include <tuple>

#include "fakes/kube/field_set.hpp"
#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

namespace {

constexpr const char* owned = "fieldsV1";

json managers_of(const json& object) {
  const json& list = value_at(object, {"metadata", "managedFields"});
  return list.is_array() ? list : json::array();
}

/// Who applies comes first, then who wrote longest ago, then by name.
void sort_managers(json& managers) {
  const auto rank = [](const json& entry) {
    return std::tuple{text_at(entry, {"operation"}), text_at(entry, {"time"}), text_at(entry, {"manager"})};
  };
  std::stable_sort(managers.begin(), managers.end(),
                   [&](const json& left, const json& right) { return rank(left) < rank(right); });
}

void set_managers(json& object, json managers) {
  sort_managers(managers);
  if (managers.empty()) {
    object["metadata"].erase("managedFields");
  } else {
    object["metadata"]["managedFields"] = std::move(managers);
  }
}

const json& owned_by(const json& entry) {
  static const json none = json::object();
  const json& fields = value_at(entry, {owned});
  return fields.is_object() ? fields : none;
}

bool is_entry(const json& entry, const field_writer& manager, std::string_view operation) {
  return text_at(entry, {"manager"}) == manager.name && text_at(entry, {"operation"}) == operation &&
         text_at(entry, {"apiVersion"}) == manager.api_version;
}

json new_entry(const field_writer& manager, std::string_view operation, json fields) {
  return {{"manager", manager.name},         {"operation", operation},   {"apiVersion", manager.api_version},
          {"time", print_time(manager.now)}, {"fieldsType", "FieldsV1"}, {owned, std::move(fields)}};
}

void drop_empty(json& managers) {
  json kept = json::array();
  for (json& entry : managers) {
    if (!owned_by(entry).empty()) kept.push_back(std::move(entry));
  }
  managers = std::move(kept);
}

void keep_few(json& managers) {
  const auto is_update = [](const json& entry) { return text_at(entry, {"operation"}) == "Update"; };
  while (static_cast<std::size_t>(std::count_if(managers.begin(), managers.end(), is_update)) >
         update_managers_max) {
    const auto oldest = std::find_if(managers.begin(), managers.end(), is_update);
    const auto second = std::find_if(oldest + 1, managers.end(), is_update);
    (*second)[owned] = fields_union(owned_by(*oldest), owned_by(*second));
    (*second)["manager"] = "ancient-changes";
    managers.erase(oldest);
  }
}

struct ownership_conflict {
  std::string who;
  json fields;
};

status_error conflicts_as_status(const std::vector<ownership_conflict>& conflicts) {
  status_error out;
  out.code = 409;
  out.reason = "Conflict";
  out.details = status_error::details_shape::present;
  std::size_t count = 0;
  std::string text;
  for (const ownership_conflict& one : conflicts) {
    const auto paths = field_paths(one.fields);
    count += paths.size();
    text += text.empty() ? "" : "\n";
    text += (paths.size() == 1 ? "conflict with " : "conflicts with ") + one.who + ":";
    for (const std::string& path : paths) {
      text += paths.size() == 1 ? " " + path : "\n- " + path;
      out.causes.push_back({"FieldManagerConflict", "conflict with " + one.who, path});
    }
  }
  out.message =
      "Apply failed with " + std::to_string(count) + (count == 1 ? " conflict: " : " conflicts: ") + text;
  return out;
}

std::string named(const json& entry, const field_writer& asking) {
  std::string text = go_quote(text_at(entry, {"manager"}));
  if (text_at(entry, {"operation"}) == "Update") {
    text.append(" using ").append(text_at(entry, {"apiVersion"}));
  } else if (text_at(entry, {"apiVersion"}) != asking.api_version) {
    text.append(" with version ").append(text_at(entry, {"apiVersion"}));
  }
  return text;
}

/// What Go's empty object of a kind prints: the structs that it holds by value.
json empty_object(const schema_message* message) {
  const json metadata{{"creationTimestamp", nullptr}};
  json out{{"metadata", metadata}, {"spec", json::object()}, {"status", json::object()}};
  const std::string_view name = message == nullptr ? std::string_view{} : message->name;
  if (name.ends_with(".Pod")) out["spec"]["containers"] = nullptr;
  for (const char* kind : {".Deployment", ".ReplicaSet", ".StatefulSet", ".DaemonSet", ".Job"}) {
    if (!name.ends_with(kind)) continue;
    out["spec"]["selector"] = nullptr;
    out["spec"]["template"] = {{"metadata", metadata}, {"spec", {{"containers", nullptr}}}};
    out["spec"][name.ends_with(".Deployment") ? "strategy" : "updateStrategy"] = json::object();
  }
  for (const char* by_value : {"roleRef", "involvedObject", "source"}) out[by_value] = json::object();
  return out;
}

}  // namespace

void note_update(const json& before, json& after, const field_writer& writer, const schema_message* message) {
  // Of an object that nobody was noted for, updates are not noted either: only an apply begins that.
  if (!before.is_null() && managers_of(before).empty()) return set_managers(after, json::array());
  const json from = before.is_null() ? empty_object(message) : before;
  const json fields = fields_with_parents(after, message);
  const json earlier = fields_with_parents(before.is_null() ? json::object() : before, message);
  const json changed = fields_changed(fields, from, after, message);
  const json gone = fields_difference(earlier, fields);
  json managers = managers_of(before);
  bool found = false;
  for (json& entry : managers) {
    const bool own = is_entry(entry, writer, "Update");
    const json lost = own ? gone : fields_union(gone, changed);
    json now = fields_difference(owned_by(entry), lost);
    if (own) now = fields_union(now, changed);
    found = found || own;
    if (now == owned_by(entry)) continue;
    entry[owned] = std::move(now);
    if (own) entry["time"] = print_time(writer.now);
  }
  if (!found && !changed.empty()) managers.push_back(new_entry(writer, "Update", changed));
  drop_empty(managers);
  keep_few(managers);
  set_managers(after, std::move(managers));
}

outcome<json> apply_configuration(const json& live, const json& configuration, const field_writer& manager,
                                  apply_force force, const schema_message* message) {
  const json said = fields_of(configuration, message);
  json merged = live.is_null() ? json::object() : live;
  merge_fields(merged, configuration, message);
  const json changed = live.is_null() ? json::object() : fields_changed(said, live, merged, message);
  json managers = managers_of(live);
  if (!live.is_null() && managers.empty()) {
    json noted = live;
    note_update(json{}, noted, {"before-first-apply", manager.api_version, manager.now}, message);
    managers = managers_of(noted);
  }
  std::vector<ownership_conflict> conflicts;
  json said_before = json::object();
  json others = json::object();
  for (json& entry : managers) {
    if (is_entry(entry, manager, "Apply")) {
      said_before = owned_by(entry);
      continue;
    }
    json disputed = fields_intersection(owned_by(entry), changed);
    if (!disputed.empty() && force == apply_force::no) conflicts.push_back({named(entry, manager), disputed});
    if (!disputed.empty()) entry[owned] = fields_difference(owned_by(entry), disputed);
    others = fields_union(others, owned_by(entry));
  }
  if (!conflicts.empty()) return conflicts_as_status(conflicts);
  remove_fields(merged, fields_difference(fields_difference(said_before, said), others), message);
  const auto own = std::find_if(managers.begin(), managers.end(),
                                [&](const json& entry) { return is_entry(entry, manager, "Apply"); });
  if (own == managers.end()) {
    managers.insert(managers.begin(), new_entry(manager, "Apply", said));
  } else if (owned_by(*own) != said || !changed.empty()) {
    *own = new_entry(manager, "Apply", said);
  }
  drop_empty(managers);
  set_managers(merged, std::move(managers));
  return outcome<json>{boost::system::in_place_value, std::move(merged)};
}

}  // namespace kitfox::kube
