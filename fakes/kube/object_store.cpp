#include "fakes/kube/object_store.hpp"

#include <fmt/format.h>

#include <array>

#include "fakes/kube/go_text.hpp"
#include "runtime/assert.hpp"

namespace kitfox::kube {

namespace {

// FNV-1a, finished by splitmix64: uids need to be unique and the same in every run, nothing more.
std::uint64_t mix(std::uint64_t seed, std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U ^ seed;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash += 0x9e3779b97f4a7c15U;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebU;
  return hash ^ (hash >> 31);
}

// Kinds whose metadata.generation counts changes of the spec.
bool counts_generations(const resource_type& type) {
  constexpr std::array kinds{"Deployment", "ReplicaSet",    "StatefulSet",        "DaemonSet",
                             "Ingress",    "NetworkPolicy", "PodDisruptionBudget"};
  for (const std::string_view kind : kinds) {
    if (type.kind == kind) return true;
  }
  return false;
}

std::string key_of(const json& body) {
  return object_key(text_at(body, {"metadata", "namespace"}), text_at(body, {"metadata", "name"}));
}

void copy_or_drop(json& into, const json& from, const char* field) {
  const auto found = from.find(field);
  if (found == from.end()) {
    into.erase(field);
  } else {
    into[field] = *found;
  }
}

}  // namespace

std::string object_key(std::string_view ns, std::string_view name) {
  return ns.empty() ? std::string{name} : std::string{ns}.append("/").append(name);
}

object_store::object_store(store_limits limits, std::uint64_t uid_seed)
    : limits_{limits}, uid_seed_{uid_seed}, by_type_(all_resources().size()) {
  KITFOX_ASSERT(limits_.history_changes_max > 0);
}

object_store::object_map& object_store::objects_of(const resource_type& type) {
  return by_type_[static_cast<std::size_t>(&type - all_resources().data())];
}

const object_store::object_map& object_store::objects_of(const resource_type& type) const {
  return by_type_[static_cast<std::size_t>(&type - all_resources().data())];
}

std::string object_store::make_uid(std::string_view key) const {
  const std::uint64_t high = mix(uid_seed_ + revision_, key);
  const std::uint64_t low = mix(high, key);
  // RFC 9562 §5.4: version 4, variant 10.
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU,
                     high & 0xfffU, 0x8000U | ((low >> 48U) & 0x3fffU), low & 0xffffffffffffU);
}

object_ptr object_store::commit(change_kind kind, const resource_type& type, json body, kept_ptr before) {
  ++revision_;
  body["metadata"]["resourceVersion"] = std::to_string(revision_);
  history_.push_back(
      {revision_, kind, &type, std::make_shared<kept_object>(type, body, revision_), std::move(before)});
  if (history_.size() > limits_.history_changes_max) history_.pop_front();
  auto object = std::make_shared<stored_object>();
  object->body = std::move(body);
  object->revision = revision_;
  return object;
}

void object_store::announce() const {
  if (listener_) listener_(history_.back());
}

json object_store::as_created(const resource_type& type, json body, runtime::wall_time now) const {
  json& metadata = body["metadata"];
  metadata["uid"] = make_uid(fmt::format("{}/{}/{}", type.group, type.plural, key_of(body)));
  metadata["creationTimestamp"] = print_time(now);
  if (counts_generations(type)) metadata["generation"] = 1;
  return body;
}

runtime::result<object_ptr> object_store::create(const resource_type& type, json body,
                                                 runtime::wall_time now) {
  const std::string key = key_of(body);
  object_map& objects = objects_of(type);
  if (objects.contains(key)) return make_error_code(errc::already_exists);
  if (object_count_ >= limits_.objects_max) return make_error_code(errc::store_full);
  object_ptr object = commit(change_kind::added, type, as_created(type, std::move(body), now), nullptr);
  objects[key] = history_.back().object;
  ++object_count_;
  announce();
  return object;
}

runtime::result<object_ptr> object_store::replace(const resource_type& type, json body) {
  return store_over(type, std::move(body), deletion_marks::kept);
}

runtime::result<object_ptr> object_store::mark_deleted(const resource_type& type, json body) {
  return store_over(type, std::move(body), deletion_marks::taken);
}

json object_store::as_stored_over(const resource_type& type, const json& before, json body,
                                  deletion_marks marks) {
  json& metadata = body["metadata"];
  const json& known = value_at(before, {"metadata"});
  for (const char* field : {"uid", "creationTimestamp", "generation", "resourceVersion"})
    copy_or_drop(metadata, known, field);
  if (marks == deletion_marks::kept) {
    for (const char* field : {"deletionTimestamp", "deletionGracePeriodSeconds"})
      copy_or_drop(metadata, known, field);
  }
  for (const char* field : {"kind", "apiVersion"}) body[field] = value_at(before, {field});
  if (body == before || !counts_generations(type)) return body;
  if (marks == deletion_marks::taken || value_at(body, {"spec"}) != value_at(before, {"spec"}))
    metadata["generation"] = number_at(known, {"generation"}) + 1;
  return body;
}

runtime::result<object_ptr> object_store::store_over(const resource_type& type, json body,
                                                     deletion_marks marks) {
  object_map& objects = objects_of(type);
  const auto slot = objects.find(key_of(body));
  if (slot == objects.end()) return make_error_code(errc::not_found);
  const object_ptr before = slot->second->open();
  body = as_stored_over(type, before->body, std::move(body), marks);
  if (body == before->body) return before;
  object_ptr object = commit(change_kind::modified, type, std::move(body), slot->second);
  slot->second = history_.back().object;
  announce();
  return object;
}

runtime::result<object_ptr> object_store::remove(const resource_type& type, std::string_view ns,
                                                 std::string_view name) {
  object_map& objects = objects_of(type);
  const auto slot = objects.find(object_key(ns, name));
  if (slot == objects.end()) return make_error_code(errc::not_found);
  const kept_ptr before = slot->second;
  objects.erase(slot);
  --object_count_;
  object_ptr last = commit(change_kind::deleted, type, before->open()->body, before);
  announce();
  return last;
}

object_ptr object_store::find(const resource_type& type, std::string_view ns, std::string_view name) const {
  const kept_ptr kept = find_kept(type, ns, name);
  return kept ? kept->open() : nullptr;
}

kept_ptr object_store::find_kept(const resource_type& type, std::string_view ns,
                                 std::string_view name) const {
  const object_map& objects = objects_of(type);
  const auto found = objects.find(object_key(ns, name));
  return found == objects.end() ? nullptr : found->second;
}

object_store::object_map object_store::list(const resource_type& type, std::string_view ns) const {
  const object_map& objects = objects_of(type);
  if (ns.empty()) return objects;
  const std::string first = std::string{ns} + "/";
  const std::string last = std::string{ns} + "0";  // the character after "/"
  return {objects.lower_bound(first), objects.lower_bound(last)};
}

std::optional<object_store::object_map> object_store::list_at(const resource_type& type, std::string_view ns,
                                                              std::uint64_t revision) const {
  KITFOX_ASSERT(revision <= revision_);
  if (revision < oldest_revision()) return std::nullopt;
  object_map objects = list(type, ns);
  for (auto change = history_.rbegin(); change != history_.rend() && change->revision > revision; ++change) {
    if (change->type != &type) continue;
    const std::string change_ns = change->object->at({"metadata", "namespace"}).string();
    if (!ns.empty() && change_ns != ns) continue;
    const std::string key = object_key(change_ns, change->object->at({"metadata", "name"}).string());
    if (change->before) {
      objects[key] = change->before;
    } else {
      objects.erase(key);
    }
  }
  return objects;
}

const store_change* object_store::next_change(const resource_type& type, std::uint64_t revision) const {
  KITFOX_ASSERT(revision >= oldest_revision());
  for (std::size_t i = revision - oldest_revision(); i < history_.size(); ++i) {
    if (history_[i].type == &type) return &history_[i];
  }
  return nullptr;
}

void object_store::compact() { history_.clear(); }

}  // namespace kitfox::kube
