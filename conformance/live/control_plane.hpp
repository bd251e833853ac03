#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "agent/kube_access.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/child_process.hpp"
#include "runtime/host.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"
#include "runtime/temporary_directory.hpp"

namespace kitfox::conformance {

/// One etcd and one kube-apiserver as child processes on loopback: ports that the system chose, a folder of
/// their own, certificates of an authority of their own, RBAC, no controllers and no admission of service
/// accounts (nothing would make their secrets). Lives on one real host; ended whatever happens, also when
/// this process is killed.
class control_plane {
 public:
  /// To begin serving, on a busy machine.
  static constexpr runtime::duration start_timeout = std::chrono::seconds{90};
  /// Ports that somebody else took between the choice and the use are chosen again.
  static constexpr int starts_max = 3;

  /// `assets` holds the programs etcd and kube-apiserver, as KUBEBUILDER_ASSETS says where they are.
  control_plane(runtime::host& on, std::filesystem::path assets);

  /// Returns when /readyz says so. On failure `why` holds the last words of the program at fault.
  [[nodiscard]] runtime::task<runtime::error_code> start(std::string& why);
  [[nodiscard]] runtime::task<void> stop();
  /// The administrator's way in; after start().
  [[nodiscard]] const agent::kube_access& access() const noexcept { return access_; }
  /// Whose certificates its API server trusts in kubelets.
  [[nodiscard]] const pki::authority& authority() const noexcept { return authority_; }
  /// Process of the API server, for its memory.
  [[nodiscard]] int server_pid() const noexcept { return server_.process ? server_.process->pid() : 0; }
  [[nodiscard]] int store_pid() const noexcept { return store_.process ? store_.process->pid() : 0; }

 private:
  struct part {
    std::unique_ptr<runtime::child_process> process;
    std::string last_line;
    bool ended = true;
  };
  [[nodiscard]] runtime::error_code write_files();
  [[nodiscard]] runtime::task<runtime::result<std::uint16_t>> free_port();
  [[nodiscard]] runtime::error_code launch(part& which, std::vector<std::string> command);
  [[nodiscard]] runtime::task<void> await_end(part& which);
  [[nodiscard]] runtime::task<runtime::error_code> start_once(std::string& why);
  [[nodiscard]] runtime::task<runtime::error_code> await_ready(std::string& why);
  [[nodiscard]] std::vector<std::string> server_command(std::uint16_t port, std::uint16_t store_port) const;

  runtime::host& host_;
  std::filesystem::path assets_;
  runtime::temporary_directory directory_;
  pki::authority authority_;
  agent::kube_access access_;
  part store_, server_;
  runtime::notifier changed_;
  runtime::task_group tasks_;
};

}  // namespace kitfox::conformance
