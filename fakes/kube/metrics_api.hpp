#pragma once
#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

inline constexpr std::string_view metrics_group = "metrics.k8s.io";

/// Whether this cluster has what metrics-server adds to one.
[[nodiscard]] bool serves_metrics(const api_server_options& options) noexcept;
/// Answers get and list of pods and nodes in metrics.k8s.io/v1beta1. Where pods run it is what their
/// processes used last, and a container that nobody has looked at yet is left out with its pod; elsewhere it
/// is what running pods request, or metrics_default.
[[nodiscard]] outcome<api_answer> answer_metrics(const api_call& call);

/// What a container that runs nothing and requests nothing is said to use.
inline constexpr container_usage metrics_default{1'000'000, 16 * 1024 * 1024, {}, {}};

/// A quantity such as "50m", "1.5" or "64Mi" (apimachinery/pkg/api/resource); empty when malformed.
[[nodiscard]] std::optional<double> parse_quantity(std::string_view text);

}  // namespace kitfox::kube
