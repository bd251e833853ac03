#pragma once
#include "fakes/kube/kubelet.hpp"
#include "runtime/host.hpp"

namespace kitfox::kube {

struct probe_answer {
  bool succeeded = false;
  std::string said;  ///< Why not, at most probe_text_bytes_max.
};

inline constexpr std::size_t probe_text_bytes_max = 1024;

/// Asks one question on a real host and waits for its answer, at most as long as it says. A command that is
/// still running then is killed.
[[nodiscard]] runtime::task<probe_answer> ask_probe(runtime::host& on, probe_request question);

}  // namespace kitfox::kube
