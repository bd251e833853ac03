#include "agent/cluster_metadata.hpp"

#include <nlohmann/json.hpp>

#include "agent/cluster_census.hpp"
#include "agent/kube_fields.hpp"
#include "agent/truncation.hpp"
#include "protocol/agent_messages.hpp"
#include "runtime/deadline.hpp"

namespace kitfox::agent {

using runtime::error_code;
using runtime::task;

cluster_metadata::cluster_metadata(runtime::host& on, kube_client& client, const metadata_options& options)
    : host_{on}, client_{client}, options_{options}, changed_{on.executor()} {}

task<void> cluster_metadata::run() {
  for (;;) {
    if (wanted_) {
      wanted_ = false;
      co_await gather();
      gathered_at_ = host_.clock().now();
      changed_.notify_all();
      continue;
    }
    const error_code cancelled = co_await changed_.wait();
    if (cancelled) co_return;
  }
}

task<void> cluster_metadata::gather() {
  const runtime::mono_time until = host_.clock().now() + options_.timeout;
  std::string failed;
  const auto version = co_await client_.version(until);
  if (version) {
    std::string text = text_at(*version, {"gitVersion"});
    cut_text(text, protocol::connect_field_size_max);
    if (!text.empty()) facts_.kubernetes_version = std::move(text);
  } else {
    failed = version.error().message;
  }
  const auto nodes = co_await count_objects(client_, "nodes", until);
  if (nodes) facts_.node_count = *nodes;
  if (!nodes) failed = nodes.error().message;
  const auto namespaces = co_await count_objects(client_, "namespaces", until);
  if (namespaces) facts_.namespace_count = *namespaces;
  if (!namespaces) failed = namespaces.error().message;
  if (!failed.empty()) host_.events().warning("metadata_incomplete", {{"error", failed}});
}

task<error_code> cluster_metadata::gathered() {
  while (!gathered_at_) {
    const error_code failure = co_await changed_.wait();
    if (failure) co_return failure;
  }
  co_return error_code{};
}

task<void> cluster_metadata::wait_for_first() {
  const runtime::mono_time until = host_.clock().now() + options_.startup_wait;
  const error_code late = co_await runtime::with_deadline(host_.clock(), until, gathered());
  if (late) host_.events().debug("metadata_late");
}

void cluster_metadata::refresh_if_old() {
  if (!gathered_at_ || host_.clock().now() - *gathered_at_ < options_.refresh) return;
  wanted_ = true;
  changed_.notify_all();
}

}  // namespace kitfox::agent
