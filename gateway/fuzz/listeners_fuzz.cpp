// Arbitrary bytes on either listener of a gateway that has one open agent stream (BAD-1): nothing of it may
// be answered with 5xx, and the stream, commands and callers must go on as before.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/test/gateway_rig.hpp"
#include "runtime/deadline.hpp"

namespace {

using namespace kitfox::gateway::test;
using namespace std::chrono_literals;
using kitfox::runtime::duration;
using kitfox::runtime::task;

/// What a fuzzer cannot guess: @K is the key of a cluster, @C the cluster's id, @S a caller's secret.
std::string fill_in(std::string_view text, const issued_cluster& cluster) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view mark = text.substr(at, 2);
    if (mark == "@K")
      out += cluster.key;
    else if (mark == "@C")
      out += cluster.id;
    else if (mark == "@S")
      out += acme_secret;
    else {
      out += text[at];
      continue;
    }
    ++at;
  }
  return out;
}

/// All that comes back until the gateway closes, or is silent for `patience`.
task<std::string> read_answers(gateway_rig& rig, kitfox::runtime::byte_stream& from, duration patience) {
  std::string all, part(4096, ' ');
  const auto until = rig.now() + patience;
  while (true) {
    const auto count =
        co_await kitfox::runtime::with_deadline(rig.script_host->clock(), until, from.read_some(part));
    if (!count) co_return all;
    all.append(part, 0, *count);
  }
}

/// A gateway that serves many inputs, since to start one takes longer than to serve one. Whatever an input
/// leaves behind is shown to the next ones too.
struct bench {
  bench() {
    auto& limits = rig.options.limits;
    limits.connects_per_key_max = limits.wrong_keys_per_peer_max = limits.replacements_max = 1'000'000;
    limits.clusters_per_team_max = 1'000'000;
    rig.start();
    run(prepare(*this));
  }
  void run(task<void> body) {
    const auto outcome = rig.world.run(*rig.script_host, "script", std::move(body));
    EXPECT_TRUE(outcome.done()) << kitfox::sim::print_outcome(outcome);
  }
  static task<void> prepare(bench& on) {
    on.watched = co_await on.rig.create_cluster("watched");
    on.open = co_await on.rig.create_cluster("open");
  }
  gateway_rig rig;
  issued_cluster watched;
  issued_cluster open;  ///< Known to inputs.
};

task<void> offer(bench& on, std::string_view input) {
  gateway_rig& rig = on.rig;
  test_agent agent{rig, on.watched.key, "one"};
  EXPECT_EQ(co_await agent.connect(), 200);

  const unsigned choice = static_cast<unsigned char>(input.front());
  const std::string bytes = fill_in(input.substr(1), on.open);
  const std::uint16_t port = (choice & 1U) != 0 ? rig.program->caller_port() : rig.program->agent_port();
  auto dialled = co_await rig.script_host->network().dial({"gateway", port}, nullptr);
  EXPECT_TRUE(dialled.has_value());
  const std::size_t step = (choice & 2U) != 0 ? 1 + choice / 4 : bytes.size();
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (co_await dialled.value()->write(std::string_view{bytes}.substr(at, step))) break;
  }
  const std::string answers = co_await read_answers(rig, *dialled.value(), 50ms);
  EXPECT_FALSE(answers.starts_with("HTTP/1.1 5") || answers.find("\nHTTP/1.1 5") != std::string::npos);
  dialled.value()->close();

  EXPECT_TRUE(agent.open());
  running_call call;
  rig.beside(execute_into(rig, on.watched.id, "", call));
  const auto command = co_await agent.next("command");
  EXPECT_TRUE(command.has_value());
  EXPECT_EQ(co_await agent.respond(command->id), 200);
  co_await rig.join();
  EXPECT_EQ(call.answer.status, 200);
  co_await agent.leave();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  GTEST_FLAG_SET(break_on_failure, true);
  static std::unique_ptr<bench> on;
  static std::size_t served = 0;
  if (size == 0) return 0;
  constexpr std::size_t inputs_of_one_gateway = 500;
  if (served++ % inputs_of_one_gateway == 0) {
    on.reset();
    on = std::make_unique<bench>();
  }
  on->run(offer(*on, {reinterpret_cast<const char*>(bytes), size}));
  return 0;
}
