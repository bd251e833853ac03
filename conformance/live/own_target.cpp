// Control planes that are started for a run and shared by its cases.
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>

#include "conformance/live/control_plane.hpp"
#include "conformance/live/live_cluster.hpp"
#include "conformance/live/live_reasons.hpp"
#include "conformance/live/live_target.hpp"
#include "runtime/host_thread.hpp"

namespace kitfox::conformance {
namespace {

/// One control plane, and who has it. Its processes live on the thread of the pool.
struct pooled_plane {
  explicit pooled_plane(std::unique_ptr<control_plane> of) : plane{std::move(of)} {}
  std::unique_ptr<control_plane> plane;
  bool taken = false;
  bool spoiled = false;  ///< Something could not be taken out of it: nobody gets it any more.
};

class own_target final : public live_target {
 public:
  own_target(std::string assets, std::size_t planes_max)
      : assets_{std::move(assets)}, planes_max_{planes_max}, thread_{events_}, tasks_{thread_.on()} {}

  ~own_target() override {
    std::promise<void> ended;
    boost::asio::post(thread_.on().executor(), [this, &ended] { tasks_.spawn("end", stop_all(ended)); });
    ended.get_future().wait();
    // A task is over when its group has been told, on that thread.
    std::promise<void> joined;
    boost::asio::post(thread_.on().executor(), [&joined] { joined.set_value(); });
    joined.get_future().wait();
    thread_.join();
  }

  [[nodiscard]] std::string description() const override { return "control planes started from " + assets_; }

  [[nodiscard]] std::string reason_to_skip(const scenario& what) const override {
    const std::string too_many =
        fmt::format("at most {} are started side by side (--control-planes)", planes_max_);
    return reason_to_skip_live(what, {planes_max_, true, too_many.c_str()});
  }

  [[nodiscard]] std::unique_ptr<live_clusters> take(std::size_t count, std::string& why) override;
  void give_back(const std::vector<pooled_plane*>& planes) {
    const std::lock_guard lock{mutex_};
    for (pooled_plane* one : planes) {
      one->taken = false;
      if (one->spoiled) --usable_;
    }
    freed_.notify_all();
  }

 private:
  [[nodiscard]] bool can_serve(std::size_t count) const {
    const auto free =
        std::ranges::count_if(planes_, [](const auto& one) { return !one->taken && !one->spoiled; });
    return static_cast<std::size_t>(free) + (planes_max_ - usable_) >= count;
  }
  [[nodiscard]] runtime::task<void> start(control_plane& which, std::promise<std::string>& out) {
    std::string why;
    const runtime::error_code failure = co_await which.start(why);
    out.set_value(failure ? why + " (" + failure.message() + ")" : std::string{});
  }
  [[nodiscard]] runtime::task<void> stop_all(std::promise<void>& ended) {
    for (const auto& one : planes_) co_await one->plane->stop();
    planes_.clear();
    ended.set_value();
  }
  std::string start_all(const std::vector<pooled_plane*>& fresh);

  std::string assets_;
  std::size_t planes_max_;
  runtime::no_events events_;
  runtime::host_thread thread_;
  runtime::task_group tasks_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<pooled_plane>> planes_;
  std::size_t usable_ = 0;  ///< Of those: started or being started, and not spoiled.
};

/// Some of them, as long as one case is played.
class taken_planes final : public live_clusters {
 public:
  taken_planes(own_target& from, std::vector<pooled_plane*> planes)
      : from_{from}, planes_{std::move(planes)} {}
  ~taken_planes() override { from_.give_back(planes_); }

  runtime::task<runtime::result<std::unique_ptr<cluster_service>>> open(cluster_order order,
                                                                        std::string& why) override;

 private:
  class filled_plane;
  own_target& from_;
  std::vector<pooled_plane*> planes_;
  object_files files_;
};

/// A live cluster that spoils its control plane when it cannot be emptied.
class taken_planes::filled_plane final : public cluster_service {
 public:
  filled_plane(std::unique_ptr<live_cluster> of, pooled_plane& in) : cluster_{std::move(of)}, plane_{in} {}
  [[nodiscard]] live_cluster& cluster() noexcept { return *cluster_; }
  runtime::task<runtime::result<runtime::http::response>> administer(
      runtime::http::request message) override {
    return cluster_->administer(std::move(message));
  }
  runtime::task<runtime::error_code> install_rbac(rbac_values values) override {
    return cluster_->install_rbac(std::move(values));
  }
  runtime::task<runtime::result<std::string>> agent_token() override { return cluster_->agent_token(); }
  [[nodiscard]] service_address address() const override { return cluster_->address(); }
  runtime::task<void> close() override {
    co_await cluster_->close();
    plane_.spoiled = !cluster_->clean();
  }

 private:
  std::unique_ptr<live_cluster> cluster_;
  pooled_plane& plane_;
};

runtime::task<runtime::result<std::unique_ptr<cluster_service>>> taken_planes::open(cluster_order order,
                                                                                    std::string& why) {
  pooled_plane& plane = *planes_.at(order.number);
  plane.spoiled = true;  // until it was emptied
  auto admin = kube_admin::make(order.on, plane.plane->access());
  if (!admin) co_return admin.error();
  auto file = objects_of(order.spec, files_, why);
  if (!file) co_return file.error();
  auto live = std::make_unique<live_cluster>(order.on, std::move(*admin), &plane.plane->authority(), "own");
  auto fresh = std::make_unique<filled_plane>(std::move(live), plane);
  const runtime::error_code failure = co_await fresh->cluster().fill(std::move(*file), order.spec.rbac, why);
  if (failure) {
    co_await fresh->close();
    co_return failure;
  }
  co_return runtime::result<std::unique_ptr<cluster_service>>{std::move(fresh)};
}

std::string own_target::start_all(const std::vector<pooled_plane*>& fresh) {
  std::vector<std::promise<std::string>> results(fresh.size());
  boost::asio::post(thread_.on().executor(), [&] {
    for (std::size_t i = 0; i < fresh.size(); ++i)
      tasks_.spawn("control plane", start(*fresh[i]->plane, results[i]));
  });
  std::string why;
  for (auto& one : results) {
    std::string failed = one.get_future().get();
    if (why.empty()) why = std::move(failed);
  }
  return why;
}

std::unique_ptr<live_clusters> own_target::take(std::size_t count, std::string& why) {
  std::vector<pooled_plane*> out, fresh;
  {
    std::unique_lock lock{mutex_};
    freed_.wait(lock, [&] { return can_serve(count); });
    for (const auto& one : planes_) {
      if (out.size() == count) break;
      if (one->taken || one->spoiled) continue;
      one->taken = true;
      out.push_back(one.get());
    }
    while (out.size() < count) {
      auto plane = std::make_unique<control_plane>(thread_.on(), assets_);
      planes_.push_back(std::make_unique<pooled_plane>(std::move(plane)));
      ++usable_;
      planes_.back()->taken = true;
      out.push_back(planes_.back().get());
      fresh.push_back(out.back());
    }
  }
  if (!fresh.empty()) why = start_all(fresh);
  if (!why.empty()) {
    for (pooled_plane* one : fresh) one->spoiled = true;
    give_back(out);
    return nullptr;
  }
  return std::make_unique<taken_planes>(*this, std::move(out));
}

}  // namespace

std::unique_ptr<live_target> make_own_target(std::string assets, std::size_t planes_max) {
  return std::make_unique<own_target>(std::move(assets), planes_max);
}

}  // namespace kitfox::conformance
