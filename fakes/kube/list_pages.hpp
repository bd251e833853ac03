#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fakes/kube/list_options.hpp"
#include "fakes/kube/object_store.hpp"

namespace kitfox::kube {

/// Where a paged list goes on: the base64url JSON of `{"v":"meta.k8s.io/v1","rv":N,"start":"key\u0000"}`.
struct continue_position {
  std::int64_t revision = 0;  ///< -1: now, after the original snapshot was compacted.
  std::string start;          ///< First key of the next page, relative to the list's namespace.
};

[[nodiscard]] std::string print_continue(const continue_position& position);
/// Errors: 400 in the words of kube-apiserver.
[[nodiscard]] outcome<continue_position> parse_continue(std::string_view token);

struct list_page {
  std::vector<kept_ptr> items;
  std::uint64_t revision = 0;
  std::string continue_token;                   ///< Empty on the last page.
  std::optional<std::int64_t> remaining_count;  ///< Only without selectors.
};

/// Answers a list (k8s.io/apiserver v0.20 pkg/storage/etcd3/store.go, List, and cacher.go).
/// `ns` is empty for all namespaces.
/// Errors: 400 bad token; 410 compacted, with a token to go on inconsistently; 504 revision in the future.
[[nodiscard]] outcome<list_page> list_objects(const object_store& store, const resource_type& type,
                                              std::string_view ns, const list_options& options);

}  // namespace kitfox::kube
