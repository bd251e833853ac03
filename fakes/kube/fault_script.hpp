#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fakes/kube/api_answer.hpp"
#include "fakes/kube/request_info.hpp"
#include "fakes/kube/user_identity.hpp"

namespace kitfox::kube {

/// Which requests are meant. An empty field matches anything; names are exact.
struct request_match {
  std::string verb;      ///< "list", "watch", "get", ... or a lower-case method for other paths.
  std::string group;     ///< API group; "core" for the core group.
  std::string resource;  ///< "pods", or "pods/log".
  std::string ns, name, user;
  std::string path_prefix;  ///< Of the path, also for requests that name no resource.

  [[nodiscard]] bool matches(const access_attributes& asked, const user_identity& by) const;
  bool operator==(const request_match&) const = default;
};

/// Answer with an error instead of the object.
struct fault_status {
  enum class forms {
    status,  ///< A Status object.
    text,    ///< `message` as text/plain, as load balancers and API priority and fairness answer.
  };
  int code = 500;
  std::string reason;  ///< Of the Status; empty: the usual one of the code.
  std::string
      message;  ///< Empty: the usual one of the code; for 403 that of RBAC, with user, verb and object.
  std::optional<std::chrono::seconds> retry_after;
  forms form = forms::status;
};

/// Wait, then answer as usual.
struct fault_delay {
  runtime::duration span{0};
};

/// Answer as usual, but break off: see transfer_plan.
struct fault_break {
  transfer_plan::endings ending = transfer_plan::endings::reset;
  std::optional<std::size_t> body_bytes;  ///< Nothing: before the head.
};

/// Make the answer at least this long, with spaces after the JSON or the last line repeated.
struct fault_huge {
  std::size_t bytes = 0;
};

/// The resource version is too old: HTTP 410, or for a watch 200 and one ERROR event, then the end.
struct fault_gone {};

/// A bodyless 204, as for the log of a pod that was never scheduled.
struct fault_no_content {};

using fault_action =
    std::variant<fault_status, fault_delay, fault_break, fault_huge, fault_gone, fault_no_content>;

/// One line of the script: of the matching requests, skip some, then change some.
struct fault_rule {
  std::string id;  ///< Names it in records; should be unique.
  request_match match;
  std::uint64_t skip_count = 0;  ///< Matching requests that pass before the first one is changed.
  std::uint64_t fire_count = 0;  ///< How many are changed then; 0: all.
  fault_action action;
  std::function<void()> on_fired{};  ///< Called each time, if there is one.
};

/// Decides which requests are changed, by count alone: no clock, no chance. Rules are tried in order and the
/// first that fires wins; the rules after it do not count that request. Not thread-safe.
class fault_script {
 public:
  static constexpr std::size_t rules_max = 1'000;

  /// Replaces a rule of the same id, counting anew. Over rules_max the rule is not added: false.
  [[nodiscard]] bool add(fault_rule rule);
  /// The same, but before all others instead of behind them.
  [[nodiscard]] bool add_first(fault_rule rule);
  void remove(std::string_view id);
  /// Removes every rule that is for exactly these requests.
  void remove_for(const request_match& match);
  void clear();
  /// How often a rule fired.
  [[nodiscard]] std::uint64_t fired(std::string_view id) const;

  /// Counts the request. The rule to apply, valid until the script changes; null: none.
  [[nodiscard]] const fault_rule* on_request(const access_attributes& asked, const user_identity& by);

 private:
  struct entry {
    fault_rule rule;
    std::uint64_t matched = 0;
    std::uint64_t fired = 0;
  };
  std::vector<entry> entries_;
};

}  // namespace kitfox::kube
