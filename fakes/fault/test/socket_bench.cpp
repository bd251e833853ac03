#include "fakes/fault/test/socket_bench.hpp"

#include <gtest/gtest.h>

#include <array>

#include "runtime/deadline.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::fault::test {
namespace {

using runtime::task;
using namespace std::chrono_literals;

struct silent_sink final : runtime::event_sink {
  void emit(runtime::severity, std::string_view, std::span<const runtime::event_field>) override {}
};

/// A script that hangs fails, and does not hang the test.
constexpr runtime::duration script_time_max = 20s;

}  // namespace

socket_bench::socket_bench(relay_options settings)
    : events{std::make_unique<silent_sink>()},
      host{runtime::real_host::make(*events)},
      settings_{std::move(settings)} {}

socket_bench::socket_bench(with_tls, relay_options settings) : socket_bench{std::move(settings)} {
  ends_tls_ = true;
  settings_.limits.handshake_timeout = 1s;
}

socket_bench::~socket_bench() = default;

void socket_bench::run(std::function<task<void>(socket_bench&)> script) {
  EXPECT_EQ(host->run(main(std::move(script))), 0);
}

task<int> socket_bench::main(std::function<task<void>(socket_bench&)> script) {
  runtime::endpoint anywhere{"127.0.0.1", 0};
  auto listening = co_await host->network().listen(anywhere, nullptr);
  if (!listening) co_return 1;
  upstream = std::move(*listening);
  settings_.through.name = "client->server";
  settings_.upstream = upstream->local();
  if (ends_tls_) {
    auto tls =
        relay_tls::prepare(relay_identities::issue(authority_, {"127.0.0.1"}, host->clock().wall_now()));
    if (!tls) co_return 1;
    settings_.tls = std::move(*tls);
  }
  subject = std::make_unique<relay>(*host, settings_, &firings, wire);
  const error_code failure = co_await subject->listen();
  if (failure) co_return 1;
  runtime::task_group serving{*host};
  serving.spawn("relay", subject->run());
  auto work = [](socket_bench& in, std::function<task<void>(socket_bench&)> what) -> task<error_code> {
    co_await what(in);
    co_return error_code{};
  }(*this, std::move(script));
  const error_code outcome = co_await runtime::with_timeout(host->clock(), script_time_max, std::move(work));
  EXPECT_EQ(outcome, error_code{});
  subject->stop();
  co_await serving.join();
  subject.reset();
  upstream.reset();
  co_return 0;
}

task<runtime::result<std::unique_ptr<runtime::byte_stream>>> socket_bench::dial(
    std::shared_ptr<runtime::tls_client> tls) {
  runtime::endpoint to = subject->local();
  auto dialling = host->network().dial(std::move(to), std::move(tls));
  co_return co_await runtime::with_timeout(host->clock(), 2s, std::move(dialling));
}

task<std::unique_ptr<runtime::byte_stream>> socket_bench::accept_later() {
  auto accepted = co_await upstream->accept();
  EXPECT_TRUE(accepted.has_value());
  co_return accepted ? std::move(*accepted) : nullptr;
}

task<socket_bench::stream_pair> socket_bench::connect() {
  auto client = co_await dial();
  EXPECT_TRUE(client.has_value()) << client.error().message();
  auto server = co_await accept_later();
  co_return stream_pair{std::move(*client), std::move(server)};
}

std::shared_ptr<runtime::tls_client> socket_bench::trusting() {
  runtime::tls_client_options options;
  options.authorities_pem = authority_.certificate_pem();
  return *host->network().make_tls_client(options);
}

task<void> socket_bench::until(std::function<bool()> condition) {
  while (!condition()) {
    const error_code failure = co_await host->clock().sleep_for(1ms);
    if (failure) co_return;
  }
}

bool socket_bench::closed() const { return !subject->listening(); }

task<std::string> read_exactly(runtime::byte_stream& from, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const auto got = co_await from.read_some({bytes.data() + have, size - have});
    if (!got) break;
    have += *got;
  }
  bytes.resize(have);
  co_return bytes;
}

task<error_code> end_of(runtime::byte_stream& from) {
  std::array<char, 4096> nowhere{};
  for (;;) {
    const auto got = co_await from.read_some(nowhere);
    if (!got) co_return got.error();
  }
}

}  // namespace kitfox::fault::test
