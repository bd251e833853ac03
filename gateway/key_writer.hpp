#pragma once
#include <string>
#include <vector>

#include "gateway/store.hpp"

namespace kitfox::gateway {

/// Where a gateway has clusters and keys changed: the writing half of a store, which may take its time, since
/// another process may hold the file's write lock. Errors are those of `store`, and cancelled: what is under
/// way is then done all the same, or not, as if the connection to a database had been lost.
class key_writer {
 public:
  virtual ~key_writer() = default;
  [[nodiscard]] virtual runtime::task<runtime::error_code> create_cluster(cluster_record cluster,
                                                                          key_record first_key,
                                                                          std::size_t clusters_max) = 0;
  [[nodiscard]] virtual runtime::task<runtime::error_code> add_key(key_record key, std::size_t keys_max) = 0;
  [[nodiscard]] virtual runtime::task<runtime::error_code> revoke_key(std::string key_id,
                                                                      runtime::wall_time at) = 0;
  [[nodiscard]] virtual runtime::task<runtime::result<std::vector<std::string>>> revoke_cluster(
      std::string cluster_id, runtime::wall_time at) = 0;
};

/// Clusters and keys as a gateway's callers see them: read here, changed there.
struct registry_parts {
  store& clusters;
  key_writer& changes;
};

/// Writes at once, on the thread that asks: for stores in memory, and for simulation.
class store_writer final : public key_writer {
 public:
  /// `to` must outlive this.
  explicit store_writer(store& to) : to_{to} {}
  runtime::task<runtime::error_code> create_cluster(cluster_record cluster, key_record first_key,
                                                    std::size_t clusters_max) override {
    co_return to_.create_cluster(cluster, first_key, clusters_max);
  }
  runtime::task<runtime::error_code> add_key(key_record key, std::size_t keys_max) override {
    co_return to_.add_key(key, keys_max);
  }
  runtime::task<runtime::error_code> revoke_key(std::string key_id, runtime::wall_time at) override {
    co_return to_.revoke_key(key_id, at);
  }
  runtime::task<runtime::result<std::vector<std::string>>> revoke_cluster(std::string cluster_id,
                                                                          runtime::wall_time at) override {
    co_return to_.revoke_cluster(cluster_id, at);
  }

 private:
  store& to_;
};

}  // namespace kitfox::gateway
