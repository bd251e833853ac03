#include "agent/cluster_census.hpp"

#include <nlohmann/json.hpp>

#include "agent/kube_fields.hpp"

namespace kitfox::agent {

namespace {
constexpr std::size_t page_items = 500;
}  // namespace

runtime::task<kube_result<std::int64_t>> count_objects(kube_client& client, std::string resource,
                                                       runtime::mono_time deadline) {
  std::int64_t count = 0;
  std::string next;
  std::size_t limit = 1;
  do {
    kube_read what;
    what.verb = "list";
    what.resource = resource;
    what.query.emplace_back("limit", std::to_string(limit));
    if (!next.empty()) what.query.emplace_back("continue", next);
    auto page = co_await client.read(std::move(what), deadline);
    if (!page) co_return page.error();
    count += static_cast<std::int64_t>(array_at(*page, {"items"}).size());
    const std::int64_t rest = number_at(*page, {"metadata", "remainingItemCount"}, -1);
    if (rest >= 0) co_return count + rest;
    next = text_at(*page, {"metadata", "continue"});
    limit = page_items;
  } while (!next.empty() && count < static_cast<std::int64_t>(client.options().items_max));
  co_return count;
}

}  // namespace kitfox::agent
