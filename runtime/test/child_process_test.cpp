#include "runtime/child_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>

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

TEST(ChildProcess, CutsALineThatIsLongerThanLineBytesMax) {
  for (const std::size_t size : {child_process::line_bytes_max, child_process::line_bytes_max + 5'000}) {
    const std::string count = std::to_string(size);
    const auto lines = shell("head -c " + count + " /dev/zero | tr '\\0' a; echo; echo next").lines;
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].size(), child_process::line_bytes_max);
    EXPECT_EQ(lines[1], "next");
  }
}

/// Looks at a shell that holds a long text once it says that it does, and ends it then.
task<int> measure_shell(host& on, std::optional<process_usage>& out) {
  child_options options;
  options.command = {"sh", "-c", "text=$(head -c 4000000 /dev/zero | tr '\\0' a); echo held; sleep 100"};
  std::unique_ptr<child_process> child;
  auto started = child_process::start(on, options, [&](std::string_view) {
    out = child->usage();
    child->signal_group(SIGKILL);
  });
  EXPECT_TRUE(started.has_value());
  if (!started) co_return 1;
  child = std::move(*started);
  static_cast<void>(co_await child->ended());
  EXPECT_FALSE(child->usage());
  co_return 0;
}

TEST(ChildProcess, TellsWhatItUsesWhileItRuns) {
  std::optional<process_usage> used;
  silent_sink nowhere;
  const auto on = real_host::make(nowhere);
  on->run(measure_shell(*on, used));
  ASSERT_TRUE(used);
  EXPECT_GT(used->resident_bytes, 4'000'000U);
  EXPECT_LT(used->cpu_time, std::chrono::seconds{10});
}

}  // namespace
}  // namespace kitfox::runtime
