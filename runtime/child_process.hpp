#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/host.hpp"

namespace kitfox::runtime {

/// How to start a program. Nothing is inherited but PATH, HOME and TMPDIR, unless
/// `environment` has them: no file descriptor either.
struct child_options {
  std::vector<std::string> command;  ///< Program and arguments; the program is looked up in PATH.
  std::vector<std::pair<std::string, std::string>> environment;
  std::string directory;  ///< Working directory; empty: the current one.
  std::string log_path;   ///< Everything the child writes is kept here too; empty: nowhere.
  /// Where standard error goes, so that lines come from standard output alone; empty: both are one.
  std::string errors_path{};
};

/// What a process has used since its start, and holds now.
struct process_usage {
  duration cpu_time{0};  ///< Of all its threads.
  std::uint64_t resident_bytes = 0;
};

/// One process of the operating system, ended whatever happens: destroying this kills it and its group, and
/// the kernel kills it when the harness itself dies. Lives on the executor of a real host. Linux 5.11 or
/// newer (pidfd, close_range).
class child_process {
 public:
  static constexpr std::size_t line_bytes_max = 64 * 1024;  ///< A longer line is cut there.
  /// Called on the executor for each line that the child writes to standard output or error, without its end.
  using on_line = std::function<void(std::string_view)>;

  /// Errors: what the operating system says, such as no_such_file_or_directory for an unknown program.
  [[nodiscard]] static result<std::unique_ptr<child_process>> start(host& on, const child_options& options,
                                                                    on_line lines);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  [[nodiscard]] int pid() const noexcept;
  /// Of the process alone, without its children; none once it has ended.
  [[nodiscard]] std::optional<process_usage> usage() const;
  /// Sends a signal to the child's group, so also to what a wrapper started; nothing once it has ended.
  void signal_group(int number) noexcept;
  /// Sends it to the child alone, as an operator or the kubelet does; nothing once it has ended.
  void signal_leader(int number) noexcept;
  /// Waits for the end: the exit code, or 128 plus the signal that ended it. To be awaited once.
  [[nodiscard]] task<result<int>> ended();

 private:
  struct state;
  explicit child_process(std::unique_ptr<state> owned);
  std::unique_ptr<state> state_;
};

}  // namespace kitfox::runtime
