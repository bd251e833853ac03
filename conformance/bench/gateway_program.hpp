#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "conformance/bench/process_usage.hpp"
#include "fakes/pki/authority.hpp"
#include "runtime/child_process.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::conformance {

/// A gateway as a child process of its own on loopback, with fresh databases, TLS on both listeners and
/// ports chosen by the system, started with the environment that README.md documents. await stop() before
/// this is destroyed.
class gateway_program {
 public:
  /// What callers and administrators show in X-Internal-Service.
  static constexpr const char* credential = "credential-of-the-load-generator";

  /// `directory` must exist; certificates and databases go there.
  gateway_program(runtime::host& on, std::filesystem::path directory);
  /// One more variable of its environment; call it before start().
  void set_variable(std::string name, std::string value) {
    more_.emplace_back(std::move(name), std::move(value));
  }

  /// Returns when it listens, or after `most`. On failure `why` says more; stop() is to be awaited all the
  /// same.
  [[nodiscard]] runtime::task<runtime::error_code> start(std::vector<std::string> command,
                                                         runtime::duration most, std::string& why);
  /// Ends it by force.
  [[nodiscard]] runtime::task<void> stop();

  [[nodiscard]] runtime::endpoint agents() const { return {"127.0.0.1", agent_port_}; }
  [[nodiscard]] runtime::endpoint callers() const { return {"127.0.0.1", caller_port_}; }
  /// Who issued its certificate; in `authority_file` too, once it was started.
  [[nodiscard]] const pki::authority& authority() const noexcept { return authority_; }
  [[nodiscard]] std::filesystem::path authority_file() const { return directory_ / "ca.pem"; }
  [[nodiscard]] runtime::result<process_usage> usage() const { return read_process_usage(process_->pid()); }

 private:
  void on_line(std::string_view line);
  [[nodiscard]] runtime::error_code write(const std::string& name, const std::string& text) const;

  runtime::host& host_;
  std::filesystem::path directory_;
  std::vector<std::pair<std::string, std::string>> more_;
  pki::authority authority_;
  std::unique_ptr<runtime::child_process> process_;
  std::uint16_t agent_port_ = 0, caller_port_ = 0;
  std::string last_line_;
  runtime::notifier changed_;
};

}  // namespace kitfox::conformance
