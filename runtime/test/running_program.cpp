#include "runtime/test/running_program.hpp"

#include <gtest/gtest.h>

#include "runtime/deadline.hpp"

namespace kitfox::runtime::test {

namespace {
constexpr std::chrono::seconds program_patience{20};
}

running_program::running_program(host& on, const child_options& how) : on_{on}, more_lines_{on.executor()} {
  auto started = child_process::start(on, how, [this](std::string_view line) {
    lines_.emplace_back(line);
    more_lines_.notify_all();
  });
  if (!started) throw std::system_error{started.error()};
  process_ = std::move(*started);
}

task<std::string> running_program::line_with(std::string text) {
  const mono_time until = on_.clock().now() + program_patience;
  std::size_t seen = 0;
  for (bool in_time = true; in_time;) {
    for (; seen < lines_.size(); ++seen)
      if (lines_[seen].find(text) != std::string::npos) co_return lines_[seen];
    const error_code late = co_await with_deadline(on_.clock(), until, more_lines_.wait());
    in_time = !late;
  }
  ADD_FAILURE() << "no line with " << text << "; the last one: " << (lines_.empty() ? "" : lines_.back());
  co_return std::string{};
}

task<error_code> running_program::note_end(int& code) {
  const auto ended = co_await process_->ended();
  if (ended.has_error()) co_return ended.error();
  code = ended.value();
  co_return error_code{};
}

task<int> running_program::ended() {
  int code = -1;
  const error_code late = co_await with_timeout(on_.clock(), program_patience, note_end(code));
  EXPECT_FALSE(late) << "it never ended";
  co_return code;
}

}  // namespace kitfox::runtime::test
