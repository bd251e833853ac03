#pragma once
#include <memory>

#include "runtime/host.hpp"
#include "runtime/http/errc.hpp"
#include "runtime/http/message.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::runtime::http {

/// One request and the means to answer it once. Lives until the handler's task ends; not thread-safe.
/// A handler that ends without answering makes the server send 500 and close.
class exchange {
 public:
  virtual ~exchange() = default;
  [[nodiscard]] virtual const request& incoming() const noexcept = 0;
  [[nodiscard]] virtual endpoint peer() const = 0;
  /// Number of the connection, from 1, unique in this server.
  [[nodiscard]] virtual std::uint64_t connection_id() const noexcept = 0;

  /// Sends a whole response; Content-Length is set here. Errors: errc::timed_out after limits::write_timeout
  /// (the connection is then reset), and everything of byte_stream.
  [[nodiscard]] virtual task<error_code> respond(response answer) = 0;
  /// Sends the head of a streamed response (Transfer-Encoding: chunked), then write_chunk() any number of
  /// times, then end_stream(). Each chunk is flushed at once. Leaving out end_stream() cuts the response
  /// short.
  [[nodiscard]] virtual task<error_code> begin_stream(response head) = 0;
  [[nodiscard]] virtual task<error_code> write_chunk(std::string_view bytes) = 0;
  [[nodiscard]] virtual task<error_code> end_stream() = 0;
  /// Waits until the client goes away (end_of_stream, connection_reset, unexpected bytes); for use beside a
  /// stream. Cancelling it does not disturb the connection.
  [[nodiscard]] virtual task<error_code> client_gone() = 0;
  /// Closes the connection at once, with FIN or RST; pending writes and client_gone() end with
  /// errc::cancelled.
  virtual void close() noexcept = 0;
  virtual void reset() noexcept = 0;
};

/// Decides what to answer. One handler serves all connections of a server, several exchanges at a time.
class handler {
 public:
  virtual ~handler() = default;
  /// Called once the whole head and body were read within the limits.
  [[nodiscard]] virtual task<void> answer_exchange(exchange& call) = 0;
  /// Asked once the head was read, before any byte of the body: a refusal to send instead (401, 404, 413
  /// ...), or nothing to go on. After a refusal the connection is closed, since its body was not read.
  [[nodiscard]] virtual std::optional<response> screen(const request& head, const endpoint& peer) {
    static_cast<void>(head);
    static_cast<void>(peer);
    return std::nullopt;
  }
  /// Answer to what cannot be handled at all: 400 malformed or unsupported, 408 too slow, 413, 431, 503 too
  /// many connections.
  [[nodiscard]] virtual response refusal(int status) {
    response answer;
    answer.status = status;
    return answer;
  }
};

struct server_options {
  limits bounds;
  std::size_t connections_max = 20'000;  ///< Over it: new connections are closed at once, without an answer.
  std::size_t connections_per_peer_max = 20'000;  ///< Over it, by address: refused with 503.
};

/// An HTTP/1.1 server on one listener: one task a connection, keep-alive, bounds on size and time (slow-loris
/// included).
class server {
 public:
  /// `answers` and `on` must outlive the server.
  server(host& on, std::unique_ptr<listener> from, handler& answers, server_options options);
  ~server();
  [[nodiscard]] endpoint local() const;
  /// Accepts until stop() or cancellation; returns once every connection's task has ended.
  [[nodiscard]] task<void> run();
  /// Stops accepting; idle connections close at once, others after their exchange ends.
  void stop();
  /// Closes every connection now, also in mid-exchange, and goes on accepting.
  void drop_connections();
  /// The same, and accepts no more: run() returns.
  void close_all();
  [[nodiscard]] std::size_t connections() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace kitfox::runtime::http
