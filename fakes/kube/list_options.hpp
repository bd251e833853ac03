#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "fakes/kube/field_selector.hpp"
#include "fakes/kube/kept_object.hpp"
#include "fakes/kube/label_selector.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::kube {

/// How the fake treats `sendInitialEvents` (WatchList, Kubernetes 1.27+).
enum class watch_list_support {
  rejected,  ///< As 1.20 does: 422 where resourceVersionMatch comes with a watch. Clients fall back at once.
  served,    ///< As newer servers do.
};

/// Query parameters of list and watch (metav1.ListOptions), decoded and checked.
struct list_options {
  enum class version_match { unset, exact, not_older_than };
  enum class bookmarks { unwanted, wanted };
  enum class initial_events { unset, wanted, unwanted };

  label_selector labels;
  field_selector fields;
  std::int64_t limit = 0;  ///< 0: no limit.
  std::string continue_token;
  std::string resource_version;  ///< As sent; see parse_version().
  version_match match = version_match::unset;
  std::optional<std::chrono::seconds> timeout;  ///< Of a watch.
  bookmarks bookmark = bookmarks::unwanted;
  initial_events initial = initial_events::unset;

  /// Whether both selectors let an object through.
  [[nodiscard]] bool select(const kept_object& object) const;
};

enum class list_or_watch { list, watch };

/// A query parameter that is a number; none where it is left out or empty. Error: 400 in Go's words.
[[nodiscard]] outcome<std::optional<std::int64_t>> number_parameter(const runtime::http::target_parts& target,
                                                                    std::string_view name);

/// Errors: 400 malformed numbers and selectors, 422 contradictions, in the words of kube-apiserver 1.20.
[[nodiscard]] outcome<list_options> parse_list_options(const resource_type& type,
                                                       const runtime::http::target_parts& target,
                                                       list_or_watch purpose, watch_list_support support);

/// The number in resourceVersion; nothing where it is empty. Errors: 500, as 1.20 answers "abc".
[[nodiscard]] outcome<std::optional<std::uint64_t>> parse_version(std::string_view text);

}  // namespace kitfox::kube
