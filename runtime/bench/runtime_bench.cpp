// What a connection and a request cost over real sockets on loopback, client and server on one thread.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <functional>
#include <optional>

#include "fakes/pki/authority.hpp"
#include "runtime/assert.hpp"
#include "runtime/deadline.hpp"
#include "runtime/http/client.hpp"
#include "runtime/http/server.hpp"
#include "runtime/notifier.hpp"
#include "runtime/real_host.hpp"
#include "runtime/tls/settings.hpp"

namespace {

using namespace kitfox;
using namespace kitfox::runtime;
using namespace std::chrono_literals;

/// Answers at once, or streams one chunk and waits until the client is gone.
class echo final : public http::handler {
 public:
  task<void> answer_exchange(http::exchange& call) override {
    http::response answer;
    if (call.incoming().target == "/stream") {
      static_cast<void>(co_await call.begin_stream(std::move(answer)));
      static_cast<void>(co_await call.write_chunk("event: connected\ndata: {}\n\n"));
      static_cast<void>(co_await call.client_gone());
      co_return;
    }
    answer.body = "{\"ok\":true}";
    static_cast<void>(co_await call.respond(std::move(answer)));
  }
};

enum class security { plain, tls, tls_resumed };

http::request get(std::string target) {
  http::request message;
  message.target = std::move(target);
  message.headers.add("Host", "127.0.0.1");
  return message;
}

/// A server and its clients on one real host.
struct scene {
  explicit scene(security how, pki::key_kind key) : on{real_host::make(events)}, wanted{how} {
    const pki::authority authority;
    const pki::identity identity = authority.issue({{"127.0.0.1"}, {}, key});
    tls_server_options server_options;
    server_options.certificate_pem = identity.certificate_pem;
    server_options.private_key_pem = identity.private_key_pem;
    client_options.authorities_pem = authority.certificate_pem();
    if (how == security::plain) return;
    server_tls = on->network().make_tls_server(server_options).value();
    client_tls = on->network().make_tls_client(client_options).value();
  }

  task<http::client_connection> connect() {
    if (wanted == security::tls)
      dynamic_cast<tls::client_settings&>(*client_tls)
          .sessions.forget("127.0.0.1:" + std::to_string(to.port));
    auto stream = co_await on->network().dial(to, client_tls);
    co_return http::client_connection{std::move(stream.value()), http::limits{}};
  }

  task<int> run(std::function<task<void>(scene&)> script) {
    endpoint at{"127.0.0.1", 0};
    auto listening = co_await on->network().listen(at, server_tls);
    echo answers;
    http::server server{*on, std::move(listening.value()), answers, {}};
    to = server.local();
    task_group group{*on};
    group.spawn("server", server.run());
    co_await script(*this);
    server.close_all();
    co_await group.join();
    co_return 0;
  }

  no_events events;
  std::unique_ptr<real_host> on;
  security wanted;
  tls_client_options client_options;
  // owners: this scene, the listener, streams
  std::shared_ptr<tls_server> server_tls;
  // owners: this scene, streams
  std::shared_ptr<tls_client> client_tls;
  endpoint to;
};

void connect_get_close(benchmark::State& state, security how, pki::key_kind key) {
  scene in{how, key};
  in.on->run(in.run([&state](scene& here) -> task<void> {
    while (state.KeepRunning()) {
      http::client_connection connection = co_await here.connect();
      const auto answer = co_await connection.roundtrip(get("/"));
      KITFOX_ASSERT(answer && answer->status == 200);
      connection.close();
    }
  }));
}

void keep_alive(benchmark::State& state, security how) {
  scene in{how, pki::key_kind::p256};
  in.on->run(in.run([&state](scene& here) -> task<void> {
    http::client_connection connection = co_await here.connect();
    while (state.KeepRunning()) {
      const auto answer = co_await connection.roundtrip(get("/"));
      KITFOX_ASSERT(answer && answer->status == 200);
    }
  }));
  state.SetItemsProcessed(state.iterations());
}

task<void> request_until(http::client_connection connection, bool& go_on, std::size_t& done) {
  while (go_on) {
    const auto answer = co_await connection.roundtrip(get("/"));
    KITFOX_ASSERT(answer && answer->status == 200);
    ++done;
  }
}

/// 64 clients at once, for one second an iteration.
void keep_alive_64(benchmark::State& state, security how) {
  scene in{how, pki::key_kind::p256};
  std::size_t done = 0;
  in.on->run(in.run([&state, &done](scene& here) -> task<void> {
    task_group clients{*here.on};
    bool go_on = true;
    std::vector<http::client_connection> connections;
    for (int i = 0; i < 64; ++i) connections.push_back(co_await here.connect());
    for (auto& one : connections) clients.spawn("client", request_until(std::move(one), go_on, done));
    while (state.KeepRunning()) static_cast<void>(co_await here.on->clock().sleep_for(1s));
    go_on = false;
    co_await clients.join();
  }));
  state.counters["requests/s"] =
      benchmark::Counter(static_cast<double>(done) / static_cast<double>(state.iterations()));
}

/// Heap of an idle stream, both ends together.
void idle_streams(benchmark::State& state, security how) {
  constexpr std::size_t count = 400;
  double bytes = 0;
  for (auto _ : state) {
    scene in{how, pki::key_kind::p256};
    in.on->run(in.run([&bytes](scene& here) -> task<void> {
      std::vector<http::client_connection> connections;
      std::size_t before = 0;
      for (std::size_t i = 0; i < count + 50; ++i) {
        if (i == 50) before = mallinfo2().uordblks;  // after what is shared was made
        connections.push_back(co_await here.connect());
        KITFOX_ASSERT((co_await connections.back().start(get("/stream"))).has_value());
        KITFOX_ASSERT((co_await connections.back().read_body()).has_value());
      }
      bytes = static_cast<double>(mallinfo2().uordblks - before) / count;
    }));
  }
  state.counters["heap_bytes_both_ends"] = bytes;
}

void deadline_around_nothing(benchmark::State& state) {
  no_events events;
  const auto on = real_host::make(events);
  const auto nothing = []() -> task<error_code> { co_return error_code{}; };
  const auto script = [](benchmark::State& in, real_host& host_of, auto work) -> task<int> {
    while (in.KeepRunning()) {
      const error_code failure = co_await with_timeout(host_of.clock(), 1s, work());
      KITFOX_ASSERT(!failure);
    }
    co_return 0;
  };
  on->run(script(state, *on, nothing));
}

BENCHMARK_CAPTURE(connect_get_close, plain, security::plain, pki::key_kind::p256)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(connect_get_close, tls_rsa2048, security::tls, pki::key_kind::rsa2048)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(connect_get_close, tls_p256, security::tls, pki::key_kind::p256)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(connect_get_close, tls_ed25519, security::tls, pki::key_kind::ed25519)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(connect_get_close, tls_resumed, security::tls_resumed, pki::key_kind::p256)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(keep_alive, plain, security::plain);
BENCHMARK_CAPTURE(keep_alive, tls, security::tls_resumed);
BENCHMARK_CAPTURE(keep_alive_64, plain, security::plain)->Iterations(3)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(keep_alive_64, tls, security::tls_resumed)->Iterations(3)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(idle_streams, plain, security::plain)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(idle_streams, tls, security::tls_resumed)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(deadline_around_nothing);

}  // namespace
