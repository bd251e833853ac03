#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/deadline.hpp"
#include "runtime/http/client.hpp"
#include "runtime/http/server.hpp"
#include "runtime/task_group.hpp"
#include "runtime/test/manual_host.hpp"
#include "runtime/test/memory_stream.hpp"

namespace kitfox::runtime::http::test {

using namespace std::chrono_literals;
using runtime::test::manual_host;
using runtime::test::memory_listener;
using runtime::test::memory_options;

inline response plain() { return {}; }

/// Answers by path; what it saw is kept for the test.
class path_handler final : public handler {
 public:
  explicit path_handler(host& on) : on_{on} {}

  task<void> answer_exchange(exchange& call) override {
    seen.push_back(call.incoming());
    const std::string path = call.incoming().target;
    if (path == "/silent") {
      co_return;
    } else if (path == "/stream") {
      co_await stream(call);
    } else if (path == "/cut") {
      outcomes.push_back(co_await call.begin_stream(plain()));
      outcomes.push_back(co_await call.write_chunk("half"));
    } else if (path == "/wait-for-client") {
      outcomes.push_back(co_await call.begin_stream(plain()));
      outcomes.push_back(co_await call.client_gone());
      gone_at.push_back(on_.clock().now().time_since_epoch());
    } else if (path == "/close" || path == "/reset") {
      outcomes.push_back(co_await call.begin_stream(plain()));
      path == "/close" ? call.close() : call.reset();
      outcomes.push_back(co_await call.write_chunk("late"));
    } else {
      if (path == "/slow") outcomes.push_back(co_await on_.clock().sleep_for(20s));
      response answer;
      answer.headers.add("Content-Type", "text/plain");
      answer.body = "you sent " + std::to_string(call.incoming().body.size());
      if (path == "/large") answer.body = std::string(200'000, 'x');
      if (path == "/nothing") answer.status = 204;
      outcomes.push_back(co_await call.respond(std::move(answer)));
    }
  }
  std::optional<response> screen(const request& head, const endpoint& /*peer*/) override {
    if (head.target != "/forbidden") return std::nullopt;
    response answer;
    answer.status = 403;
    answer.body = "no";
    return answer;
  }
  response refusal(int status) override {
    refusals.push_back(status);
    return handler::refusal(status);
  }

  std::vector<request> seen;
  std::vector<error_code> outcomes;
  std::vector<int> refusals;
  std::vector<duration> gone_at;

 private:
  task<void> stream(exchange& call) {
    response head;
    head.headers.add("Content-Type", "text/event-stream");
    outcomes.push_back(co_await call.begin_stream(std::move(head)));
    for (int i = 0; i < 3; ++i) {
      outcomes.push_back(co_await call.write_chunk("part " + std::to_string(i)));
      static_cast<void>(co_await on_.clock().sleep_for(1s));
    }
    outcomes.push_back(co_await call.end_stream());
  }
  host& on_;
};

/// A server on a memory listener, run beside the test's own coroutine.
class bench {
 public:
  explicit bench(server_options options = {}, memory_options wire = {}) : answers{on} {
    auto made = std::make_unique<memory_listener>(on.executor(), wire);
    listening = made.get();
    subject = std::make_unique<server>(on, std::move(made), answers, options);
  }
  /// Runs `script` while the server runs, stops the server and returns once it has ended.
  void run(task<void> script) { on.run(run_both(std::move(script))); }

  client_connection connect(limits bounds = {}) { return {listening->connect(), bounds}; }
  [[nodiscard]] duration elapsed() const { return on.clock().now().time_since_epoch(); }

  mutable manual_host on;
  path_handler answers;
  memory_listener* listening = nullptr;
  std::unique_ptr<server> subject;

 private:
  task<void> run_both(task<void> script) {
    task_group group{on};
    group.spawn("server", subject->run());
    co_await std::move(script);
    subject->stop();
    co_await group.join();
  }
};

inline request get(std::string target) {
  request message;
  message.target = std::move(target);
  message.headers.add("Host", "gateway.test");
  return message;
}

inline request post(std::string target, std::string body) {
  request message = get(std::move(target));
  message.method = "POST";
  message.body = std::move(body);
  return message;
}

/// Reads until the end of the stream.
inline task<std::string> read_to_end(byte_stream& from, error_code& end) {
  std::string all;
  std::vector<char> buffer(4096);
  while (!end) {
    const auto count = co_await from.read_some(buffer);
    if (count) {
      all.append(buffer.data(), *count);
    } else {
      end = count.error();
    }
  }
  co_return all;
}

}  // namespace kitfox::runtime::http::test
