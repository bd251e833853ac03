#include "gateway/threaded_writer.hpp"

#include <utility>

#include "gateway/store_thread.hpp"

namespace kitfox::gateway {

using runtime::error_code;
using runtime::result;
using runtime::task;
using runtime::wall_time;

namespace {
/// No aggregate: a result could not tell one that can be made of an error from the error.
struct change_outcome {
  change_outcome() = default;
  error_code failure;
  std::vector<std::string> revoked;
};

template <class Change>
task<change_outcome> change_store(Change change) {
  change_outcome out;
  out.failure = change(out.revoked);
  co_return out;
}

/// `change(std::vector<std::string>& revoked)` runs on the thread and owns whatever it uses of this side.
template <class Change>
task<result<change_outcome>> ask_for_change(const store_thread& on, Change change) {
  auto question = [change = std::move(change)] { return change_store(change); };
  return on.to_thread().ask<change_outcome>(std::move(question), [](const change_outcome&) {});
}

error_code failure_of(const result<change_outcome>& asked) {
  return asked.has_error() ? asked.error() : asked.value().failure;
}
}  // namespace

struct threaded_writer::state {
  std::unique_ptr<store> to;
  store_thread thread;  ///< Ends before the store does.
};

threaded_writer::threaded_writer(runtime::host& front, runtime::event_sink& events, std::unique_ptr<store> to)
    : state_{new state{std::move(to), {front, events}}} {}
threaded_writer::~threaded_writer() = default;

task<error_code> threaded_writer::create_cluster(cluster_record cluster, key_record first_key,
                                                 std::size_t clusters_max) {
  auto change = [&to = *state_->to, cluster = std::move(cluster), first_key = std::move(first_key),
                 clusters_max](std::vector<std::string>&) {
    return to.create_cluster(cluster, first_key, clusters_max);
  };
  const auto asked = co_await ask_for_change(state_->thread, std::move(change));
  co_return failure_of(asked);
}

task<error_code> threaded_writer::add_key(key_record key, std::size_t keys_max) {
  auto change = [&to = *state_->to, key = std::move(key), keys_max](std::vector<std::string>&) {
    return to.add_key(key, keys_max);
  };
  const auto asked = co_await ask_for_change(state_->thread, std::move(change));
  co_return failure_of(asked);
}

task<error_code> threaded_writer::revoke_key(std::string key_id, wall_time at) {
  auto change = [&to = *state_->to, key_id = std::move(key_id), at](std::vector<std::string>&) {
    return to.revoke_key(key_id, at);
  };
  const auto asked = co_await ask_for_change(state_->thread, std::move(change));
  co_return failure_of(asked);
}

task<result<std::vector<std::string>>> threaded_writer::revoke_cluster(std::string cluster_id, wall_time at) {
  auto change = [&to = *state_->to, cluster_id = std::move(cluster_id),
                 at](std::vector<std::string>& revoked) -> error_code {
    auto done = to.revoke_cluster(cluster_id, at);
    if (done.has_error()) return done.error();
    revoked = std::move(done.value());
    return {};
  };
  auto asked = co_await ask_for_change(state_->thread, std::move(change));
  if (const error_code failure = failure_of(asked)) co_return failure;
  co_return std::move(asked.value().revoked);
}

}  // namespace kitfox::gateway
