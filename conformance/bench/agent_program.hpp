#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/bench/gateway_program.hpp"
#include "fakes/fault/relay.hpp"
#include "runtime/child_process.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::conformance {

/// An agent as a child process of its own that reaches its gateway through a relay, which passes bytes as
/// they are, and what its log says of its connection. await stop() before this is destroyed.
class agent_program {
 public:
  struct setting {
    std::string name;  ///< Of its files; unique in `directory`.
    std::vector<std::string> command;
    std::string key;
    std::filesystem::path directory;  ///< Must exist.
    std::filesystem::path authority_file, kubeconfig_file;
  };
  agent_program(runtime::host& on, setting how, runtime::endpoint gateway);
  ~agent_program();

  /// Opens the path and starts the process. On failure `why` says more; stop() is to be awaited all the same.
  [[nodiscard]] runtime::task<runtime::error_code> start(std::string& why);
  /// Waits until the log says `connected_to_gateway`. Errors: timed_out; owner_dead when the process ended.
  [[nodiscard]] runtime::task<runtime::error_code> await_connected(runtime::duration most);
  /// Cuts every connection and lets none through for `outage`; returns when the path is healthy again.
  [[nodiscard]] runtime::task<runtime::error_code> cut_for(runtime::duration outage);
  [[nodiscard]] runtime::task<void> stop();

  /// When the path was last healthy again. Wall clock, since the lines of the log carry it.
  [[nodiscard]] runtime::wall_time healthy_at() const noexcept { return healthy_at_; }
  [[nodiscard]] runtime::wall_time connected_at() const noexcept { return connected_at_; }
  /// When the agent was going to dial, as it announced last; nothing if it announces no delay.
  [[nodiscard]] std::optional<runtime::wall_time> due_at() const noexcept { return due_at_; }
  /// Where the path begins.
  [[nodiscard]] const runtime::endpoint& path() const noexcept { return relay_.local(); }
  [[nodiscard]] const std::string& last_line() const noexcept { return last_line_; }

 private:
  void on_line(std::string_view line);
  [[nodiscard]] runtime::task<void> await_end();

  runtime::host& host_;
  setting how_;
  fault::relay relay_;
  std::unique_ptr<runtime::child_process> process_;
  bool connected_ = false, ended_ = false;
  runtime::wall_time healthy_at_{}, connected_at_{};
  std::optional<runtime::wall_time> due_at_;
  std::string last_line_;
  runtime::notifier changed_;
  runtime::task_group tasks_;
};

}  // namespace kitfox::conformance
