#pragma once
#include <nlohmann/json_fwd.hpp>

#include "agent/command_runner.hpp"
#include "agent/kube_client.hpp"

namespace kitfox::agent {

struct list_command;

/// Runs the commands of the wire contract against a Kubernetes API server. Name and parameters are checked
/// before the API is touched; every parameter goes percent-encoded into the call.
class kube_commands final : public command_runner {
 public:
  /// `client` must outlive it.
  explicit kube_commands(kube_client& client) : client_{client} {}
  [[nodiscard]] runtime::task<command_outcome> run(command_call call) override;

 private:
  using params = nlohmann::json;
  [[nodiscard]] runtime::task<command_outcome> list(const list_command& what, const params& given,
                                                    runtime::mono_time deadline);
  [[nodiscard]] runtime::task<command_outcome> get_pod_logs(const params& given, runtime::mono_time deadline);
  [[nodiscard]] runtime::task<command_outcome> get_pod_events(const params& given,
                                                              runtime::mono_time deadline);
  [[nodiscard]] runtime::task<command_outcome> describe(std::string_view command, const params& given,
                                                        runtime::mono_time deadline);
  [[nodiscard]] runtime::task<command_outcome> cluster_info(runtime::mono_time deadline);
  /// Every item of a list as `row` makes it, page by page, and the token of what is left.
  class rows;
  [[nodiscard]] runtime::task<kube_result<rows>> collect(const list_command& what, kube_read pattern,
                                                         const params& given, runtime::mono_time deadline);

  kube_client& client_;
};

}  // namespace kitfox::agent
