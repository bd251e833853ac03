#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/world/caller.hpp"

namespace kitfox::conformance {

/// The clusters' ids and keys as the dashboard handed them out: made, rotated and revoked as world::keys()
/// says.
class keyring {
 public:
  struct key {
    std::string id, text;
    bool revoked = false;
  };
  struct cluster_keys {
    std::string id;  ///< `cluster_id` of the gateway.
    std::vector<key> keys;
  };
  keyring(world& in, caller& by, const topology& of);

  /// Registers a cluster and gets its first key. On failure `why` holds the gateway's answer.
  [[nodiscard]] runtime::task<runtime::error_code> create(std::size_t cluster, std::string& why);
  /// One more key for a cluster.
  [[nodiscard]] runtime::task<runtime::error_code> issue(std::size_t cluster, std::string& why);
  /// Revokes the cluster with all its keys, as the dashboard's "Revoke" does.
  [[nodiscard]] runtime::task<runtime::error_code> revoke_all(std::size_t cluster, std::string& why);
  /// Revokes one key by its place in the list.
  [[nodiscard]] runtime::task<runtime::error_code> revoke(std::size_t cluster, std::size_t which,
                                                          std::string& why);
  /// Revokes what is left of every cluster, in a gateway that stays. What cannot be revoked is left there.
  [[nodiscard]] runtime::task<void> leave();
  [[nodiscard]] const cluster_keys& of(std::size_t index) const { return clusters_.at(index); }
  /// The newest key that was not revoked, else the newest.
  [[nodiscard]] const key* current(std::size_t cluster) const;
  /// What stands for a key where a scenario wants another than the issued one.
  [[nodiscard]] static std::string with_wrong_secret(const key& right);
  [[nodiscard]] static std::string unknown_key();

 private:
  /// What the action answered or printed, once it came to what it is for.
  [[nodiscard]] runtime::task<runtime::result<std::string>> carry_out(key_action action, std::size_t cluster,
                                                                      std::string key_id, std::string& why);
  [[nodiscard]] runtime::task<runtime::result<std::string>> ask(declared_request of, placeholders values,
                                                                std::string& why);
  [[nodiscard]] runtime::task<runtime::error_code> remove(std::size_t cluster, std::optional<key_action> by,
                                                          std::vector<key*> gone, std::string& why);
  void learn(std::size_t cluster, const made_key& fresh);
  world& world_;
  caller& caller_;
  const topology& of_;
  std::vector<cluster_keys> clusters_;
  std::string unique_;  ///< Of this run, for names in a gateway that stays: the time of its beginning.
};

}  // namespace kitfox::conformance
