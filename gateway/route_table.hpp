#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/policy.hpp"
#include "gateway/route.hpp"

namespace kitfox::gateway {

/// The open agent streams by cluster, oldest first. Registration and removal compare generations, so that the
/// end of an old stream never removes a newer one (HA-1). No I/O; which stream replaces, ends or is chosen is
/// the policy's.
class route_table {
 public:
  /// `policy` must outlive this.
  explicit route_table(const gateway_policy& policy) : policy_{policy} {}

  /// Adds a stream, still `opening`, and removes and returns those it replaces: their sockets are to be
  /// closed. `newcomer.id` must be greater than every id before.
  [[nodiscard]] std::vector<route> add(route newcomer);
  /// Removes what the end of `ended` removes; nothing if it was replaced already.
  std::vector<route> remove(const route& ended);
  /// No effect on a stream that is not registered any more.
  void set_health(const route& of, route_health health);
  /// A command that was sent on the stream timed out: others come before it until on_evidence().
  void on_unanswered(std::string_view cluster_id, session_id stream);
  /// The agent behind the stream showed that it lives.
  void on_evidence(std::string_view cluster_id, session_id stream);
  /// The same, from a request that tells no more than the key: counts where one stream alone has that key.
  void on_evidence_of_key(std::string_view cluster_id, std::string_view key_id);
  /// The stream for the next command, other than those in `besides`.
  [[nodiscard]] std::optional<session_id> choose(std::string_view cluster_id,
                                                 std::span<const session_id> besides = {}) const;
  /// Removes and returns the streams that a revocation ends.
  [[nodiscard]] std::vector<route> remove_by_key(std::string_view cluster_id, std::string_view key_id);

  /// All streams of a cluster, oldest first; valid until the next change.
  [[nodiscard]] std::span<const route> of_cluster(std::string_view cluster_id) const;
  /// The registered stream of an instance.
  [[nodiscard]] const route* find_instance(std::string_view cluster_id, std::string_view instance_id) const;
  [[nodiscard]] bool contains(const route& one) const;
  /// Cluster and key of every stream, each pair once.
  [[nodiscard]] std::set<std::pair<std::string, std::string>> open_keys() const;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t count_of_key(std::string_view key_id) const;
  [[nodiscard]] std::size_t count_of_team(const tenant& owner) const;

 private:
  using routes = std::vector<route>;
  template <class Predicate>
  std::vector<route> take_if(std::string_view cluster_id, Predicate leaves);
  void forget(const route& one);
  [[nodiscard]] route* find(std::string_view cluster_id, session_id stream);

  const gateway_policy& policy_;
  std::map<std::string, routes, std::less<>> by_cluster_;
  std::map<std::string, std::size_t, std::less<>> count_by_key_;
  std::map<tenant, std::size_t> count_by_team_;
  std::size_t size_ = 0;
};

}  // namespace kitfox::gateway
