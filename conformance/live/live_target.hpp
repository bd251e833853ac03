#pragma once
#include <memory>
#include <optional>
#include <string>

#include "conformance/scenario/scenario.hpp"
#include "conformance/world/cluster_api.hpp"

namespace kitfox::conformance {

/// Where real API servers are to be had.
struct live_options {
  /// API servers that are started side by side at most, and so clusters of a scenario.
  std::size_t control_planes_max = 4;
};

/// The API servers of one case. Given back when destroyed.
class live_clusters : public cluster_source {};

/// Real API servers for one run of cases. Safe to use from several threads at once.
class live_target {
 public:
  virtual ~live_target() = default;
  /// One line for people.
  [[nodiscard]] virtual std::string description() const = 0;
  /// Why a case cannot be played here; empty: it can.
  [[nodiscard]] virtual std::string reason_to_skip(const scenario& what) const = 0;
  /// Waits until there are `count` of them. Null on failure: `why` tells what is wrong.
  [[nodiscard]] virtual std::unique_ptr<live_clusters> take(std::size_t count, std::string& why) = 0;
};

/// What the options and the environment come to: control planes from KUBEBUILDER_ASSETS. Nothing is started
/// yet. Null on failure: `complaint` is one line that says what would be right.
[[nodiscard]] std::unique_ptr<live_target> choose_live_target(const live_options& options,
                                                              std::string& complaint);

/// Control planes that are started as they are needed, from the programs in `assets`.
[[nodiscard]] std::unique_ptr<live_target> make_own_target(std::string assets, std::size_t planes_max);

}  // namespace kitfox::conformance
