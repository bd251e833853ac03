#include "runtime/child_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "runtime/last_will.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::runtime {

namespace {

error_code last_error() { return {errno, boost::system::system_category()}; }

std::vector<std::string> environment_of(const child_options& options) {
  std::vector<std::string> out;
  for (const char* kept : {"PATH", "HOME", "TMPDIR"}) {
    const bool given = std::any_of(options.environment.begin(), options.environment.end(),
                                   [&](const auto& entry) { return entry.first == kept; });
    if (given) continue;
    if (const char* value = std::getenv(kept)) out.push_back(std::string{kept} + "=" + value);
  }
  for (const auto& [name, value] : options.environment) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& one : texts) out.push_back(one.data());
  out.push_back(nullptr);
  return out;
}

/// What runs between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(char** arguments, char** environment, const char* directory, int output, int errors,
                         int report, int parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // A listener or connection that the child held too would outlive its end here: refused dials would hang, a
  // reset would reset nothing.
  const bool alone = close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
  if (alone && (directory == nullptr || chdir(directory) == 0)) execvpe(arguments[0], arguments, environment);
  const int failure = errno;
  const auto told = write(report, &failure, sizeof failure);
  static_cast<void>(told);
  _exit(127);
}

}  // namespace

struct child_process::state {
  explicit state(host& on) : output{on.executor()}, end{on.executor()}, readers{on} {}
  pid_t pid = -1;
  bool reaped = false;
  asio::posix::stream_descriptor output, end;
  on_line lines;
  std::ofstream log;
  task_group readers;

  task<void> read_lines() {
    std::string pending;
    std::array<char, 16 * 1024> buffer{};
    for (;;) {
      const auto [failure, size] =
          co_await output.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
      if (failure) break;
      pending.append(buffer.data(), size);
      std::size_t begin = 0;
      for (std::size_t at = pending.find('\n'); at != std::string::npos; at = pending.find('\n', begin)) {
        take_line(std::string_view{pending}.substr(begin, at - begin));
        begin = at + 1;
      }
      pending.erase(0, begin);
      if (pending.size() > line_bytes_max) pending.resize(line_bytes_max);
    }
    if (!pending.empty()) take_line(pending);
  }
  void take_line(std::string_view line) {
    line = line.substr(0, line_bytes_max);
    if (log.is_open()) log << line << '\n' << std::flush;
    if (lines) lines(line);
  }
};

child_process::child_process(std::unique_ptr<state> owned) : state_{std::move(owned)} {}

result<std::unique_ptr<child_process>> child_process::start(host& on, const child_options& options,
                                                            on_line lines) {
  std::array<int, 2> output{}, report{};
  if (pipe2(output.data(), O_CLOEXEC) != 0) return last_error();
  if (pipe2(report.data(), O_CLOEXEC) != 0) {
    const error_code failure = last_error();
    close(output[0]);
    close(output[1]);
    return failure;
  }
  std::vector<std::string> arguments = options.command, environment = environment_of(options);
  const std::vector<char*> argument_pointers = pointers(arguments),
                           environment_pointers = pointers(environment);
  const char* directory = options.directory.empty() ? nullptr : options.directory.c_str();
  const int errors = options.errors_path.empty()
                         ? -1
                         : open(options.errors_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    become(const_cast<char**>(argument_pointers.data()), const_cast<char**>(environment_pointers.data()),
           directory, output[1], errors >= 0 ? errors : output[1], report[1], parent);
  }
  const error_code fork_failure = pid < 0 ? last_error() : error_code{};
  close(output[1]);
  close(report[1]);
  if (errors >= 0) close(errors);
  int exec_failure = 0;
  const bool failed = pid > 0 && read(report[0], &exec_failure, sizeof exec_failure) ==
                                     static_cast<ssize_t>(sizeof exec_failure);
  close(report[0]);
  if (fork_failure || failed) {
    close(output[0]);
    if (failed) waitpid(pid, nullptr, 0);
    return failed ? error_code{exec_failure, boost::system::system_category()} : fork_failure;
  }
  auto owned = std::make_unique<state>(on);
  owned->pid = pid;
  last_will::add_group(pid);
  owned->lines = std::move(lines);
  if (!options.log_path.empty()) owned->log.open(options.log_path, std::ios::app);
  owned->output.assign(output[0]);
  const int watch = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (watch >= 0) owned->end.assign(watch);
  state& child = *owned;
  auto out = std::unique_ptr<child_process>{new child_process{std::move(owned)}};
  if (watch < 0) return last_error();  // the destructor ends the child
  child.readers.spawn("output of " + options.command.front(), child.read_lines());
  return out;
}

child_process::~child_process() {
  if (!state_->reaped) {
    kill(-state_->pid, SIGKILL);
    waitpid(state_->pid, nullptr, 0);
  }
  last_will::drop_group(state_->pid);
}

int child_process::pid() const noexcept { return state_->pid; }

std::optional<process_usage> child_process::usage() const {
  if (state_->reaped) return std::nullopt;
  std::ifstream in{"/proc/" + std::to_string(state_->pid) + "/stat"};
  std::string text;
  if (!std::getline(in, text)) return std::nullopt;
  // proc(5): fields 14, 15 and 24; the name before them may hold anything but ends with the last ")".
  std::istringstream fields{text.substr(std::min(text.rfind(')') + 1, text.size()))};
  std::string skipped;
  std::uint64_t user_ticks = 0, system_ticks = 0, pages = 0;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  fields >> user_ticks >> system_ticks;
  for (int i = 16; i < 24; ++i) fields >> skipped;
  if (!(fields >> pages)) return std::nullopt;
  const auto tick = std::chrono::nanoseconds{std::chrono::seconds{1}} / sysconf(_SC_CLK_TCK);
  return process_usage{tick * (user_ticks + system_ticks),
                       pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))};
}

void child_process::signal_group(int number) noexcept {
  if (!state_->reaped) kill(-state_->pid, number);
}

void child_process::signal_leader(int number) noexcept {
  if (!state_->reaped) kill(state_->pid, number);
}

task<result<int>> child_process::ended() {
  const auto [failure] = co_await state_->end.async_wait(asio::posix::stream_descriptor::wait_read,
                                                         asio::as_tuple(asio::use_awaitable));
  if (failure) co_return failure;
  int status = 0;
  waitpid(state_->pid, &status, 0);
  state_->reaped = true;
  kill(-state_->pid, SIGKILL);  // whatever it left in its group
  last_will::drop_group(state_->pid);
  // What it wrote before it ended belongs to it; a grandchild may keep the pipe open, so the wait is bounded
  // by the kill.
  co_await state_->readers.join();
  co_return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace kitfox::runtime
