#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/host.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::agent::test {

/// What the gateway does with one connection before it takes a request.
enum class greeting {
  serve,
  reset_at_accept,
  close_at_accept,
  stall_handshake,     ///< Never answers the TLS handshake.
  reset_after_tls,     ///< Once the handshake is done.
  stall_after_request  ///< Reads the request and says nothing.
};

/// What it answers to one connect.
struct connect_reply {
  int status = 200;
  std::string content_type = "text/event-stream";
  std::string headers{};  ///< More lines, each ended by CRLF.
  std::string body{};     ///< Events sent at once.
  enum class then { hold, finish, fin, rst } after = then::hold;
  /// How the end of the body is told (RFC 9112 §6.3): `until_length` announces more than comes.
  enum class framing { chunked, until_close, until_length } framed = framing::chunked;
};

/// What it answers to one POST.
struct post_reply {
  int status = 200;
  std::string headers{};
  enum class how { answer, swallow, reset } kind = how::answer;
};

struct seen_request {
  runtime::mono_time at{};
  std::uint64_t connection = 0;
  std::string method, target, body;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
};

/// A gateway that does exactly what a test tells it, byte by byte, and writes down what it saw. The first of
/// a list of plans is used up by each connection or request; the last one stays.
class scripted_gateway {
 public:
  scripted_gateway(runtime::host& on, runtime::task_group& tasks);
  /// Listens and serves until cancelled; a task of `tasks`.
  [[nodiscard]] runtime::task<void> run(runtime::endpoint at, std::shared_ptr<runtime::tls_server> tls);
  /// Where it listens; 0 before it does.
  [[nodiscard]] std::uint16_t port() const { return listener_ ? listener_->local().port : 0; }
  /// Refuses connections from now on, as a process that is gone does.
  void stop_listening();

  std::deque<greeting> greetings{greeting::serve};
  std::deque<connect_reply> connects{connect_reply{.body = connected()}};
  std::deque<post_reply> posts{post_reply{}};

  std::vector<runtime::mono_time> accepted;  ///< When connections came.
  std::vector<seen_request> connect_requests, answers, heartbeats;

  /// Sends to the newest stream; `finish`, `fin` and `rst` end it.
  void send(std::string bytes);
  void end(connect_reply::then how);
  [[nodiscard]] std::size_t open_streams() const noexcept { return open_streams_; }
  /// Waits until it listens, or a stream opens or ends, or a post comes.
  [[nodiscard]] runtime::task<runtime::error_code> changed() { return changed_.wait(); }
  [[nodiscard]] std::uint64_t connections() const noexcept { return connection_; }

  [[nodiscard]] static std::string event(std::string_view type, std::string_view data);
  [[nodiscard]] static std::string connected(std::string_view more = "");
  [[nodiscard]] static std::string heartbeat();
  [[nodiscard]] static std::string command(const std::string& id, const std::string& name,
                                           const std::string& params = "{}", double timeout_seconds = 30);

 private:
  struct live_stream;
  template <class T>
  static T next_of(std::deque<T>& plans);
  runtime::task<void> serve(std::unique_ptr<runtime::byte_stream> on, std::uint64_t number, greeting plan);
  runtime::task<bool> read_request(runtime::byte_stream& from, std::string& buffer, seen_request& into);
  runtime::task<bool> serve_stream(runtime::byte_stream& to, const connect_reply& plan);
  runtime::task<bool> serve_post(runtime::byte_stream& to, const seen_request& request);

  runtime::host& host_;
  runtime::task_group& tasks_;
  std::unique_ptr<runtime::listener> listener_;
  runtime::notifier changed_;
  std::uint64_t connection_ = 0;
  std::size_t open_streams_ = 0;
  std::shared_ptr<live_stream> newest_;  // owners: this gateway, the task that serves the stream
};

}  // namespace kitfox::agent::test
