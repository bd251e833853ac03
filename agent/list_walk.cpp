#include "agent/list_walk.hpp"

#include <algorithm>

#include "runtime/assert.hpp"

namespace kitfox::agent {

list_walk::list_walk(const kube_options& options, std::optional<std::size_t> wanted,
                     std::string continue_token)
    : options_{options},
      wanted_{std::min(wanted.value_or(options.items_max), options.items_max)},
      page_items_{options.page_items},
      begin_{std::move(continue_token)},
      next_{begin_} {
  KITFOX_ASSERT(page_items_ > 0 && wanted_ > 0);
}

walk_action list_walk::fetch(walk_action::what step) const {
  return {step, std::min(page_items_, wanted_ - count_), next_};
}

walk_action list_walk::on_start() const { return fetch(walk_action::what::fetch); }

walk_action list_walk::on_page(std::size_t items, std::string next) {
  // A server may ignore the limit (it does for some cached reads) and send more than was asked for.
  count_ += items;
  next_ = std::move(next);
  if (next_.empty() || count_ >= wanted_) return {walk_action::what::end, 0, next_};
  return fetch(walk_action::what::fetch);
}

walk_action list_walk::on_failed(const kube_failure& failure) {
  if (failure.what == kube_failure::kind::too_large && page_items_ > 1) {
    page_items_ = std::max<std::size_t>(1, std::min(page_items_, wanted_ - count_) / 2);
    return fetch(walk_action::what::fetch);
  }
  const bool expired = failure.what == kube_failure::kind::refused && failure.status == 410;
  if (expired && begin_.empty() && !next_.empty() && restarts_ < options_.restarts_max) {
    ++restarts_;
    count_ = 0;
    next_.clear();
    return fetch(walk_action::what::restart);
  }
  return {walk_action::what::fail, 0, {}};
}

}  // namespace kitfox::agent
