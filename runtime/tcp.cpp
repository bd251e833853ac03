#include "runtime/tcp.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "runtime/asio_errors.hpp"
#include "runtime/errc.hpp"
#include "runtime/pending.hpp"

namespace kitfox::runtime {
namespace {

using asio::ip::tcp;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using user_timeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

endpoint to_endpoint(const tcp::endpoint& from) { return {from.address().to_string(), from.port()}; }

class tcp_stream final : public byte_stream {
 public:
  tcp_stream(tcp::socket socket, endpoint peer, event_sink& events)
      : socket_{std::move(socket)}, peer_{std::move(peer)}, events_{events} {}

  task<error_code> handshake() override { co_return error_code{}; }

  task<result<std::size_t>> read_some(std::span<char> into) override {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return errc::cancelled;
    event_sink& events = events_;
    const auto [failure, count] =
        co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), as_result);
    if (failure) co_return from_system(failure, "read", events);
    co_return count;
  }

  task<error_code> write(std::string_view bytes) override {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return make_error_code(errc::cancelled);
    event_sink& events = events_;
    const auto [failure, count] =
        co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), as_result);
    static_cast<void>(count);  // all of them, unless it failed
    co_return from_system(failure, "write", events);
  }

  task<error_code> shutdown_send() override {
    error_code failure;
    socket_.shutdown(tcp::socket::shutdown_send, failure);
    co_return from_system(failure, "shutdown", events_);
  }

  void close() noexcept override {
    error_code ignored;  // the descriptor is gone whatever close() says
    socket_.close(ignored);
  }

  void close_saying(std::string_view farewell) noexcept override {
    if (socket_.is_open()) {
      // Best effort by contract: what does not fit into the buffer is not said.
      static_cast<void>(
          ::send(socket_.native_handle(), farewell.data(), farewell.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    }
    close();
  }

  void reset() noexcept override {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    close();
  }

  endpoint peer() const override { return peer_; }

 private:
  tcp::socket socket_;
  endpoint peer_;
  event_sink& events_;
};

std::unique_ptr<byte_stream> make_stream(tcp::socket socket, event_sink& events) {
  error_code ignored;  // a peer that is gone already shows at the first read
  socket.set_option(tcp::no_delay{true}, ignored);
  const tcp::endpoint peer = socket.remote_endpoint(ignored);
  return std::make_unique<tcp_stream>(std::move(socket), to_endpoint(peer), events);
}

class tcp_listener final : public listener {
 public:
  tcp_listener(tcp::acceptor acceptor, endpoint local, event_sink& events)
      : acceptor_{std::move(acceptor)}, local_{std::move(local)}, events_{events} {}

  task<result<std::unique_ptr<byte_stream>>> accept() override {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return errc::cancelled;
    event_sink& events = events_;
    auto [failure, socket] = co_await acceptor_.async_accept(as_result);
    if (failure) co_return from_system(failure, "accept", events);
    co_return make_stream(std::move(socket), events);
  }
  endpoint local() const override { return local_; }
  void close() noexcept override {
    error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  tcp::acceptor acceptor_;
  endpoint local_;
  event_sink& events_;
};

/// A lookup outlives its cancelled caller, since getaddrinfo() cannot be interrupted.
struct lookup {
  explicit lookup(const asio::any_io_executor& executor) : resolver{executor} {}
  tcp::resolver resolver;
  tcp::resolver::results_type found;
  struct nothing {};
  pending<nothing> waiting;
};

}  // namespace

task<result<std::unique_ptr<byte_stream>>> connect_tcp(asio::any_io_executor executor, std::string address,
                                                       std::uint16_t port, event_sink& events) {
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return errc::cancelled;
  error_code failure;
  const auto literal = asio::ip::make_address(address, failure);
  if (failure) co_return errc::name_not_found;
  tcp::socket socket{executor};
  const auto [refused] = co_await socket.async_connect(tcp::endpoint{literal, port}, as_result);
  if (refused) co_return from_system(refused, "connect", events);
  co_return make_stream(std::move(socket), events);
}

result<std::unique_ptr<listener>> listen_tcp(asio::any_io_executor executor, const std::string& address,
                                             std::uint16_t port, const listen_options& how,
                                             event_sink& events) {
  error_code failure;
  const auto literal = asio::ip::make_address(address, failure);
  if (failure) return errc::name_not_found;
  const tcp::endpoint at{literal, port};
  tcp::acceptor acceptor{executor};
  acceptor.open(at.protocol(), failure);
  if (!failure) acceptor.set_option(asio::socket_base::reuse_address{true}, failure);
  if (!failure && how.sharing == port_sharing::joining) acceptor.set_option(reuse_port{true}, failure);
  // Accepted sockets inherit it.
  if (!failure && how.unacknowledged_max) {
    using std::chrono::milliseconds;
    const auto span = std::chrono::ceil<milliseconds>(*how.unacknowledged_max).count();
    acceptor.set_option(user_timeout{static_cast<int>(span)}, failure);
  }
  if (!failure) acceptor.bind(at, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  // Not before: with the option an address is had that others have with it, in whatever process.
  if (!failure && how.sharing == port_sharing::first) acceptor.set_option(reuse_port{true}, failure);
  if (failure) return from_system(failure, "listen", events);
  const tcp::endpoint local = acceptor.local_endpoint(failure);
  if (failure) return from_system(failure, "listen", events);
  return std::make_unique<tcp_listener>(std::move(acceptor), to_endpoint(local), events);
}

task<result<std::vector<std::string>>> resolve_tcp(asio::any_io_executor executor, std::string name,
                                                   event_sink& events) {
  error_code not_literal;
  static_cast<void>(asio::ip::make_address(name, not_literal));
  if (!not_literal) co_return std::vector<std::string>{name};
  // owners: this coroutine, the resolver's completion
  const auto shared = std::make_shared<lookup>(executor);
  shared->resolver.async_resolve(name, "", [shared](const error_code& failure, const auto& found) {
    if (!shared->waiting.waiting()) return;  // its caller gave up
    shared->found = found;
    shared->waiting.complete(failure, {});
  });
  const auto on_cancel = [shared] { shared->resolver.cancel(); };
  const auto outcome = co_await shared->waiting.wait(executor, on_cancel);
  if (outcome.first == errc::cancelled) co_return errc::cancelled;
  if (outcome.first) co_return from_system(outcome.first, "resolve", events);
  std::vector<std::string> addresses;
  for (const auto& entry : shared->found) addresses.push_back(entry.endpoint().address().to_string());
  if (addresses.empty()) co_return errc::name_not_found;
  co_return addresses;
}

}  // namespace kitfox::runtime
