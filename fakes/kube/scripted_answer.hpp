#pragma once
#include <functional>

#include "fakes/kube/api_answer.hpp"
#include "fakes/kube/fault_script.hpp"
#include "fakes/kube/request_info.hpp"

namespace kitfox::kube {

/// The answer that a fault makes of a request by `user`. `usual` makes the answer without the fault, if it is
/// needed.
[[nodiscard]] api_answer apply_fault(const fault_action& action, const request_info& info,
                                     const user_identity& user, const std::function<api_answer()>& usual);

/// Reason and message of a Status with that code, as kube-apiserver would send it.
struct usual_failure {
  std::string reason, message;
};
[[nodiscard]] usual_failure usual_failure_of(int code);

}  // namespace kitfox::kube
