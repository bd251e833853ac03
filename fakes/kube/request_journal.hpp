#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "fakes/kube/fault_script.hpp"

namespace kitfox::kube {

/// One answered request. A watch or followed log is recorded when it starts.
struct request_record {
  std::uint64_t serial = 0;  ///< From 1, in order of arrival.
  instant at;
  std::string method, target;
  user_identity user;     ///< Effective, after impersonation; empty name where nobody was established.
  std::string real_user;  ///< Who impersonated, or empty.
  access_attributes attributes;
  int status = 0;        ///< As sent; 0 when a fault kept the head back.
  std::string fault_id;  ///< The rule that changed the answer, or empty.
};

struct journal_limits {
  std::size_t records_max = 10'000;   ///< Whole records kept; the oldest go.
  std::size_t counters_max = 10'000;  ///< Distinct (user, verb, resource, namespace, status) counted apart.
};

/// What was asked of the server. Counts are of all requests; records of the latest.
class request_journal {
 public:
  explicit request_journal(journal_limits limits = {}) : limits_{limits} {}

  void add(request_record record);
  /// Requests that matched, with that status if one is given. Object names are not counted apart: a match
  /// with a name counts among the kept records only.
  [[nodiscard]] std::uint64_t count(const request_match& match,
                                    std::optional<int> status = std::nullopt) const;
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] const std::deque<request_record>& latest() const noexcept { return records_; }
  /// Called with each record. One listener.
  void on_record(std::function<void(const request_record&)> listener) { listener_ = std::move(listener); }

 private:
  struct counter_key {
    std::string user;
    bool is_resource;
    std::string path, verb, group, resource, subresource, ns;
    int status;
    auto operator<=>(const counter_key&) const = default;
  };
  journal_limits limits_;
  std::uint64_t total_ = 0;
  std::deque<request_record> records_;
  std::map<counter_key, std::uint64_t> counters_;
  std::function<void(const request_record&)> listener_;
};

}  // namespace kitfox::kube
