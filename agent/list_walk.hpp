#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "agent/agent_policy.hpp"
#include "agent/kube_failure.hpp"

namespace kitfox::agent {

/// What the driver of a paged list does next.
struct walk_action {
  enum class what {
    fetch,    ///< Ask for `limit` items from `continue_token` on.
    restart,  ///< Forget the items so far, then fetch.
    end,      ///< All that was wanted is there; `continue_token` tells where the rest begins, if any.
    fail,     ///< End with the failure that was reported last.
  };
  what step = what::fetch;
  std::size_t limit = 0;
  std::string continue_token{};
};

/// Pages through a list in pieces of at most `page_items`, up to what the caller wants and `items_max`. A
/// snapshot that expired in mid-list (410) is begun anew, at most `restarts_max` times; one that the caller
/// began fails. A page over the byte limit is asked for again in halves. No I/O.
class list_walk {
 public:
  list_walk(const kube_options& options, std::optional<std::size_t> wanted, std::string continue_token);
  [[nodiscard]] walk_action on_start() const;
  /// A page with `items` arrived; `next` is its continue token.
  [[nodiscard]] walk_action on_page(std::size_t items, std::string next);
  [[nodiscard]] walk_action on_failed(const kube_failure& failure);

 private:
  [[nodiscard]] walk_action fetch(walk_action::what step) const;

  kube_options options_;
  std::size_t wanted_;
  std::size_t page_items_;
  std::size_t count_ = 0;
  std::uint32_t restarts_ = 0;
  std::string begin_, next_;
};

}  // namespace kitfox::agent
