#pragma once
#include <memory>

#include "fakes/kube/api_answer.hpp"
#include "fakes/kube/list_options.hpp"
#include "fakes/kube/media_type.hpp"
#include "fakes/kube/object_store.hpp"
#include "fakes/kube/table.hpp"

namespace kitfox::kube {

struct watch_limits {
  std::size_t step_bytes_max = 64 * 1024;  ///< Sent at once; one event may be longer.
  runtime::duration bookmark_interval = std::chrono::minutes{1};
  runtime::duration bookmark_before_end = std::chrono::seconds{2};
};

/// What to watch, and how to show it.
struct watch_request {
  const resource_type* type = nullptr;
  std::string ns;  ///< Empty: all namespaces.
  list_options options;
  std::optional<std::uint64_t> revision;  ///< Of resourceVersion.
  media_choice media;
  table_objects objects = table_objects::metadata;
  runtime::mono_time ends = runtime::mono_time::max();
  watch_limits limits;
};

/// Follows the store's history from a revision on (k8s.io/apiserver v0.20 pkg/storage/cacher). It keeps a
/// place in the history, not a queue: a reader that is slower than the history is long is told 410 Expired.
/// Yields one JSON event a line. `store` must outlive the stream.
[[nodiscard]] std::unique_ptr<answer_stream> make_watch_stream(const object_store& store,
                                                               watch_request request, instant now);

/// The object as `type` shows it: events.k8s.io events have other field names than the core ones they are.
[[nodiscard]] json present(const resource_type& type, const json& stored);
/// One `{"type":...,"object":...}` line.
[[nodiscard]] std::string print_event(std::string_view type, const json& object);
/// The same with an object that is JSON already.
[[nodiscard]] std::string wrap_event(std::string_view type, std::string_view object_json);

}  // namespace kitfox::kube
