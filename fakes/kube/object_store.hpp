#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/kube/errc.hpp"
#include "fakes/kube/kept_object.hpp"
#include "runtime/clock.hpp"

namespace kitfox::kube {

enum class change_kind { added, modified, deleted };

/// One write, as watchers see it.
struct store_change {
  std::uint64_t revision = 0;
  change_kind kind = change_kind::added;
  const resource_type* type = nullptr;
  kept_ptr object;  ///< After the write; for a deletion the last state, at the deletion's revision.
  kept_ptr before;  ///< Null for an added object.
};

struct store_limits {
  std::size_t objects_max = 200'000;
  /// Changes kept for watchers and older snapshots, at least 1; what is older counts as compacted.
  std::size_t history_changes_max = 20'000;
};

/// Objects of every kind under one revision counter, with the latest changes: what etcd and the watch cache
/// are to kube-apiserver. Keys sort as in etcd, by the bytes of "namespace/name". Objects are kept as text;
/// what create(), find() and the like return is a tree of its own. Not thread-safe.
class object_store {
 private:
  enum class deletion_marks { kept, taken };

 public:
  using object_map = std::map<std::string, kept_ptr, std::less<>>;

  explicit object_store(store_limits limits = {}, std::uint64_t uid_seed = 0);

  /// What create() would make of an object: with a uid, a time and a generation; nothing is stored.
  [[nodiscard]] json as_created(const resource_type& type, json body, runtime::wall_time now) const;
  /// What replace() would make of an object, but for its revision; nothing is stored.
  [[nodiscard]] static json as_replaced(const resource_type& type, const json& before, json body) {
    return as_stored_over(type, before, std::move(body), deletion_marks::kept);
  }
  /// Fills uid, creationTimestamp, generation and resourceVersion; kind and apiVersion are those of `type`.
  /// The body must hold metadata.name and, for a namespaced type, metadata.namespace. Errors:
  /// errc::already_exists, errc::store_full.
  [[nodiscard]] runtime::result<object_ptr> create(const resource_type& type, json body,
                                                   runtime::wall_time now);
  /// Keeps uid and creationTimestamp. A body that changes nothing is no write: the object is returned as it
  /// was. Errors: errc::not_found.
  [[nodiscard]] runtime::result<object_ptr> replace(const resource_type& type, json body);
  /// The same for the body of an object that is to be deleted later: its deletionTimestamp counts, as a
  /// change of the generation too. Errors: errc::not_found.
  [[nodiscard]] runtime::result<object_ptr> mark_deleted(const resource_type& type, json body);
  /// Returns the last state, at the revision of the deletion. Errors: errc::not_found.
  [[nodiscard]] runtime::result<object_ptr> remove(const resource_type& type, std::string_view ns,
                                                   std::string_view name);

  /// Null when there is none.
  [[nodiscard]] object_ptr find(const resource_type& type, std::string_view ns, std::string_view name) const;
  [[nodiscard]] kept_ptr find_kept(const resource_type& type, std::string_view ns,
                                   std::string_view name) const;
  /// Objects of a namespace, or of all where `ns` is empty, by key.
  [[nodiscard]] object_map list(const resource_type& type, std::string_view ns) const;
  /// The same as it was at `revision`; empty optional when that is compacted. Not later than revision().
  [[nodiscard]] std::optional<object_map> list_at(const resource_type& type, std::string_view ns,
                                                  std::uint64_t revision) const;

  /// Of the latest write; 1 when there was none.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }
  /// The earliest revision that can be watched from or listed at.
  [[nodiscard]] std::uint64_t oldest_revision() const noexcept { return revision_ - history_.size(); }
  /// The first change of a type after `revision`, which must not be before oldest_revision().
  [[nodiscard]] const store_change* next_change(const resource_type& type, std::uint64_t revision) const;
  /// Forgets all history, as etcd's compaction does.
  void compact();
  [[nodiscard]] std::size_t size() const noexcept { return object_count_; }

  /// Called after each write. One listener; it must not write.
  void on_change(std::function<void(const store_change&)> listener) { listener_ = std::move(listener); }

 private:
  object_map& objects_of(const resource_type& type);
  [[nodiscard]] const object_map& objects_of(const resource_type& type) const;
  [[nodiscard]] static json as_stored_over(const resource_type& type, const json& before, json body,
                                           deletion_marks marks);
  runtime::result<object_ptr> store_over(const resource_type& type, json body, deletion_marks marks);
  object_ptr commit(change_kind kind, const resource_type& type, json body, kept_ptr before);
  void announce() const;
  [[nodiscard]] std::string make_uid(std::string_view key) const;

  store_limits limits_;
  std::uint64_t uid_seed_;
  std::uint64_t revision_ = 1;
  std::size_t object_count_ = 0;
  std::vector<object_map> by_type_;   ///< By the type's row in the catalog.
  std::deque<store_change> history_;  ///< Revisions oldest_revision() + 1 up to revision(), without gaps.
  std::function<void(const store_change&)> listener_;
};

/// "namespace/name", or just the name.
[[nodiscard]] std::string object_key(std::string_view ns, std::string_view name);

}  // namespace kitfox::kube
