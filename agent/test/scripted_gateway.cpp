#include "agent/test/scripted_gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "runtime/errc.hpp"

namespace kitfox::agent::test {

using runtime::error_code;
using runtime::task;

/// One open event stream and what is to be sent on it.
struct scripted_gateway::live_stream {
  explicit live_stream(runtime::asio::any_io_executor executor) : changed{std::move(executor)} {}
  std::deque<std::string> outgoing;
  connect_reply::then how = connect_reply::then::hold;
  runtime::notifier changed;
};

scripted_gateway::scripted_gateway(runtime::host& on, runtime::task_group& tasks)
    : host_{on}, tasks_{tasks}, changed_{on.executor()} {}

template <class T>
T scripted_gateway::next_of(std::deque<T>& plans) {
  T plan = plans.front();
  if (plans.size() > 1) plans.pop_front();
  return plan;
}

std::string scripted_gateway::event(std::string_view type, std::string_view data) {
  return fmt::format("event: {}\ndata: {}\n\n", type, data);
}

std::string scripted_gateway::connected(std::string_view more) {
  return event("connected", fmt::format(R"({{"cluster_id":"c1","message":"hello"{}}})", more));
}

std::string scripted_gateway::heartbeat() { return event("heartbeat", "{}"); }

std::string scripted_gateway::command(const std::string& id, const std::string& name,
                                      const std::string& params, double timeout_seconds) {
  return fmt::format(
      "id: {0}\nevent: command\ndata: {{\"request_id\":\"{0}\",\"command\":\"{1}\",\"params\":{2},"
      "\"timeout\":{3}}}\n\n",
      id, name, params, timeout_seconds);
}

void scripted_gateway::send(std::string bytes) {
  newest_->outgoing.push_back(std::move(bytes));
  newest_->changed.notify_all();
}

void scripted_gateway::end(connect_reply::then how) {
  newest_->how = how;
  newest_->changed.notify_all();
}

void scripted_gateway::stop_listening() { listener_.reset(); }

task<void> scripted_gateway::run(runtime::endpoint at, std::shared_ptr<runtime::tls_server> tls) {
  auto made = co_await host_.network().listen(at, tls);
  listener_ = std::move(made.value());
  changed_.notify_all();
  while (listener_) {
    auto one = co_await listener_->accept();
    if (!one) co_return;
    accepted.push_back(host_.clock().now());
    const greeting plan = next_of(greetings);
    tasks_.spawn("gateway.connection", serve(std::move(*one), ++connection_, plan));
  }
}

task<void> scripted_gateway::serve(std::unique_ptr<runtime::byte_stream> on, std::uint64_t number,
                                   greeting plan) {
  std::string buffer;
  if (plan == greeting::reset_at_accept) {
    on->reset();
    co_return;
  }
  if (plan == greeting::close_at_accept) co_return;
  if (plan == greeting::stall_handshake) {
    // Waits for the client to give up, without ever looking at it.
    static_cast<void>(co_await host_.clock().sleep_for(std::chrono::hours{1}));
    co_return;
  }
  const error_code failure = co_await on->handshake();
  if (failure) co_return;
  if (plan == greeting::reset_after_tls) {
    on->reset();
    co_return;
  }
  for (;;) {
    seen_request request;
    request.connection = number;
    const bool complete = co_await read_request(*on, buffer, request);
    if (!complete) co_return;
    request.at = host_.clock().now();
    bool go_on = false;
    if (request.method == "GET") {
      connect_requests.push_back(request);
      if (plan == greeting::stall_after_request) {
        std::array<char, 1> rest{};
        static_cast<void>(co_await on->read_some(rest));
        co_return;
      }
      const connect_reply reply = next_of(connects);
      go_on = co_await serve_stream(*on, reply);
    } else {
      go_on = co_await serve_post(*on, request);
    }
    if (!go_on) co_return;
  }
}

task<bool> scripted_gateway::read_request(runtime::byte_stream& from, std::string& buffer,
                                          seen_request& into) {
  std::array<char, 16 * 1024> chunk{};
  std::size_t head_end = std::string::npos;
  std::size_t body_bytes = 0;
  for (;;) {
    head_end = buffer.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      const auto length = buffer.find("Content-Length: ");
      body_bytes = length < head_end ? std::stoul(buffer.substr(length + 16)) : 0;
      if (buffer.size() >= head_end + 4 + body_bytes) break;
    }
    const auto count = co_await from.read_some(chunk);
    if (!count) co_return false;
    buffer.append(chunk.data(), *count);
  }
  std::string head = buffer.substr(0, head_end + 2);
  into.body = buffer.substr(head_end + 4, body_bytes);
  buffer.erase(0, head_end + 4 + body_bytes);
  const auto line_end = head.find("\r\n");
  const auto first_space = head.find(' ');
  into.method = head.substr(0, first_space);
  into.target = head.substr(first_space + 1, head.find(' ', first_space + 1) - first_space - 1);
  for (std::size_t at = line_end + 2; at < head.size();) {
    const auto end = head.find("\r\n", at);
    const auto colon = head.find(": ", at);
    std::string name = head.substr(at, colon - at);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    into.headers[name] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  co_return true;
}

task<bool> scripted_gateway::serve_stream(runtime::byte_stream& to, const connect_reply& plan) {
  const bool streams = plan.status == 200;
  const bool chunked = plan.framed == connect_reply::framing::chunked;
  const std::string framing = !streams  ? "Content-Length: 0\r\n"
                              : chunked ? "Transfer-Encoding: chunked\r\n"
                              : plan.framed == connect_reply::framing::until_length
                                  ? "Content-Length: 1000000\r\n"
                                  : "";
  const std::string head = fmt::format("HTTP/1.1 {} x\r\nContent-Type: {}\r\n{}{}\r\n", plan.status,
                                       plan.content_type, framing, plan.headers);
  const error_code failed = co_await to.write(head);
  if (failed || !streams) co_return !failed;
  const auto self = std::make_shared<live_stream>(host_.executor());
  self->how = plan.after;
  if (!plan.body.empty()) self->outgoing.push_back(plan.body);
  newest_ = self;
  ++open_streams_;
  changed_.notify_all();
  while (!self->outgoing.empty() || self->how == connect_reply::then::hold) {
    if (self->outgoing.empty()) {
      const error_code cancelled = co_await self->changed.wait();
      if (cancelled) break;
      continue;
    }
    const std::string bytes = std::move(self->outgoing.front());
    self->outgoing.pop_front();
    const std::string chunk = chunked ? fmt::format("{:x};x=y\r\n{}\r\n", bytes.size(), bytes) : bytes;
    const error_code broken = co_await to.write(chunk);
    if (broken) break;
  }
  --open_streams_;
  changed_.notify_all();
  if (self->how == connect_reply::then::rst) to.reset();
  if (self->how == connect_reply::then::finish && chunked) {
    const std::string last = "0\r\nTrailer: t\r\n\r\n";
    static_cast<void>(co_await to.write(last));
  }
  co_return false;
}

task<bool> scripted_gateway::serve_post(runtime::byte_stream& to, const seen_request& request) {
  if (request.target.ends_with("/agent/heartbeat")) {
    heartbeats.push_back(request);
    const std::string fine = "HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\n{}";
    const error_code failed = co_await to.write(fine);
    co_return !failed;
  }
  answers.push_back(request);
  changed_.notify_all();
  const post_reply reply = next_of(posts);
  if (reply.kind == post_reply::how::reset) to.reset();
  if (reply.kind != post_reply::how::answer) {
    std::array<char, 1> rest{};
    static_cast<void>(co_await to.read_some(rest));
    co_return false;
  }
  const std::string response = fmt::format(
      "HTTP/1.1 {} x\r\nContent-Type: application/json\r\n{}"
      "Content-Length: 11\r\n\r\n{{\"ok\":true}}",
      reply.status, reply.headers);
  const error_code failed = co_await to.write(response);
  co_return !failed;
}

}  // namespace kitfox::agent::test
