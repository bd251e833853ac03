#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/child_process.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::runtime::test {

/// A program while it runs, and the lines that it writes, for tests that wait for them.
class running_program {
 public:
  /// Throws std::system_error when it cannot be started.
  running_program(host& on, const child_options& how);
  /// The first line with `text` in it, also one that was written before. Fails the test after 20 s.
  [[nodiscard]] task<std::string> line_with(std::string text);
  /// To the program alone.
  void send_signal(int number) { process_->signal_leader(number); }
  /// The exit code, or 128 plus the signal that ended it. Fails the test after 20 s.
  [[nodiscard]] task<int> ended();

 private:
  task<error_code> note_end(int& code);
  host& on_;
  std::vector<std::string> lines_;
  notifier more_lines_;
  std::unique_ptr<child_process> process_;
};

}  // namespace kitfox::runtime::test
