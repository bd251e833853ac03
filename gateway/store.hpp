#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/errc.hpp"
#include "gateway/key_record.hpp"
#include "gateway/tenancy.hpp"
#include "runtime/clock.hpp"
#include "runtime/task.hpp"

namespace kitfox::gateway {

/// One cluster of a team, as the store keeps it.
struct cluster_record {
  std::string cluster_id;
  std::string cluster_name;
  std::string display_name;
  tenant owner;
  runtime::wall_time created_at{};
  std::optional<runtime::wall_time> revoked_at{};
};

/// Organisations, teams, clusters and keys in one SQLite database (WAL, synchronous=FULL). Every call runs to
/// its end and a write is durable when it returns; nothing is cached, so that a revocation holds from that
/// moment for everybody who uses the database. Errors of every call: gateway_errc::store_failed. Not
/// thread-safe; open the file once per thread.
class store {
 public:
  /// `path` is a file, made if absent, or ":memory:". Errors: gateway_errc::store_unusable.
  [[nodiscard]] static runtime::result<std::unique_ptr<store>> open(const std::string& path);
  virtual ~store() = default;

  /// Makes a cluster together with its first key. Errors: name_taken, quota_exceeded (clusters_max).
  [[nodiscard]] virtual runtime::error_code create_cluster(const cluster_record& cluster,
                                                           const key_record& first_key,
                                                           std::size_t clusters_max) = 0;
  /// Adds a key to a living cluster. Errors: not_found, quota_exceeded (keys_max).
  [[nodiscard]] virtual runtime::error_code add_key(const key_record& key, std::size_t keys_max) = 0;
  /// The key of that id, revoked or not; none if there is none.
  [[nodiscard]] virtual runtime::result<std::optional<key_record>> find_key(std::string_view key_id) = 0;
  [[nodiscard]] virtual runtime::result<std::vector<key_record>> list_keys(std::string_view cluster_id) = 0;

  [[nodiscard]] virtual runtime::result<std::optional<cluster_record>> find_cluster(
      std::string_view cluster_id) = 0;
  /// The living cluster of that name.
  [[nodiscard]] virtual runtime::result<std::optional<cluster_record>> find_cluster_by_name(
      const tenant& owner, std::string_view cluster_name) = 0;
  enum class revoked_ones { left_out, included };
  /// In order of creation.
  [[nodiscard]] virtual runtime::result<std::vector<cluster_record>> list_clusters(const tenant& owner,
                                                                                   revoked_ones which) = 0;

  /// Marks a key revoked; a second time changes nothing. Errors: not_found.
  [[nodiscard]] virtual runtime::error_code revoke_key(std::string_view key_id, runtime::wall_time at) = 0;
  /// Marks a cluster and all its keys revoked and returns those that were live. Errors: not_found.
  [[nodiscard]] virtual runtime::result<std::vector<std::string>> revoke_cluster(std::string_view cluster_id,
                                                                                 runtime::wall_time at) = 0;
  /// Differs from an earlier answer if somebody else committed a change since, in this process or another;
  /// says nothing of this object's own. Costs microseconds.
  [[nodiscard]] virtual runtime::result<std::int64_t> change_number() = 0;
};

/// Where a gateway looks keys up; the seam at which an outage or a slow backend is put in. `store_keys` is
/// the one over a store.
class key_source {
 public:
  virtual ~key_source() = default;
  /// Errors (any) mean that the backend is out of order: the agent is told 503, never 401.
  [[nodiscard]] virtual runtime::task<runtime::result<std::optional<key_record>>> find(
      std::string key_id) = 0;
};

class store_keys final : public key_source {
 public:
  /// `from` must outlive this.
  explicit store_keys(store& from) : from_{from} {}
  runtime::task<runtime::result<std::optional<key_record>>> find(std::string key_id) override {
    co_return from_.find_key(key_id);
  }

 private:
  store& from_;
};

}  // namespace kitfox::gateway
