#pragma once
#include "conformance/scenario/step.hpp"
#include "conformance/world/planned_effects.hpp"
#include "gateway/store.hpp"

namespace kitfox::conformance {

/// Look-ups of keys, which a scenario can break or slow down.
class failable_keys final : public gateway::key_source {
 public:
  /// Both outlive it.
  failable_keys(gateway::store& from, runtime::clock& time) : inner_{from}, time_{time} {}
  runtime::task<runtime::result<std::optional<gateway::key_record>>> find(std::string key_id) override;
  auth_backend_verb state;
  effect met;  ///< Called for each look-up that is slow or fails.

 private:
  gateway::store_keys inner_;
  runtime::clock& time_;
};

}  // namespace kitfox::conformance
