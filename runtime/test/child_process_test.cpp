#include "runtime/child_process.hpp"

#include <gtest/gtest.h>

#include "runtime/event_sink.hpp"
#include "runtime/real_host.hpp"

namespace kitfox::runtime {
namespace {

struct silent_sink : runtime::event_sink {
  void emit(runtime::severity, std::string_view, std::span<const runtime::event_field>) override {}
};

/// What a shell command says on a machine whose harness holds a listener open, and how it ends.
struct told {
  std::vector<std::string> lines;
  int code = -1;
};

runtime::task<int> run_shell(runtime::host& on, std::string script,
                             std::vector<std::pair<std::string, std::string>> environment, told& out) {
  const runtime::endpoint anywhere{"127.0.0.1", 0};
  const auto held = co_await on.network().listen(anywhere, nullptr);
  EXPECT_TRUE(held.has_value());
  child_options options;
  options.command = {"sh", "-c", std::move(script)};
  options.environment = std::move(environment);
  auto child =
      child_process::start(on, options, [&out](std::string_view line) { out.lines.emplace_back(line); });
  EXPECT_TRUE(child.has_value());
  if (!child) co_return 1;
  const auto code = co_await (*child)->ended();
  out.code = code ? *code : -1;
  co_return 0;
}

told shell(std::string script, std::vector<std::pair<std::string, std::string>> environment = {}) {
  told out;
  silent_sink nowhere;
  const auto on = runtime::real_host::make(nowhere);
  on->run(run_shell(*on, std::move(script), std::move(environment), out));
  return out;
}

TEST(ChildProcess, InheritsNoDescriptorOfTheHarness) {
  // The shell itself opens the folder it lists, as 3.
  const told out = shell("for one in /proc/self/fd/*; do echo ${one##*/}; done");
  EXPECT_EQ(out.lines, (std::vector<std::string>{"0", "1", "2", "3"}));
  EXPECT_EQ(out.code, 0);
}

TEST(ChildProcess, TellsLinesOfBothOutputsAndItsCode) {
  const told out = shell("echo one; echo two >&2; exit 7");
  EXPECT_EQ(out.lines, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(out.code, 7);
}

TEST(ChildProcess, TakesWhatItIsGivenBeforeWhatItInherits) {
  EXPECT_EQ(shell("echo $HOME $HERE", {{"HOME", "/given"}, {"HERE", "too"}}).lines,
            std::vector<std::string>{"/given too"});
}

}  // namespace
}  // namespace kitfox::runtime
