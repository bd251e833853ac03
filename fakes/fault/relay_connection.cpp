#include "fakes/fault/relay_connection.hpp"

#include <array>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "runtime/assert.hpp"
#include "runtime/deadline.hpp"
#include "runtime/errc.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::fault {
namespace {

namespace asio = boost::asio;

/// What a failed dial of the upstream looks like from the client's side.
dial_answer answer_for(const error_code& failure) {
  if (failure == runtime::errc::timed_out) return dial_answer::hang;
  return failure == runtime::errc::unreachable ? dial_answer::unreachable : dial_answer::refuse;
}

runtime::task<void> discard_until_end(runtime::byte_stream& from) {
  std::array<char, 4096> nowhere{};
  for (;;) {
    const auto count = co_await from.read_some(nowhere);
    if (!count) co_return;
  }
}

}  // namespace

relay_connection::relay_connection(relay& of, std::uint64_t id, std::unique_ptr<runtime::byte_stream> client)
    : of_{of}, name_{id, of.link_.name()}, path_{of.link_.open(id)}, client_{std::move(client)} {}

relay_connection::~relay_connection() = default;

runtime::mono_time relay_connection::now() const { return of_.on_.clock().now(); }

void relay_connection::on_path_changed() {
  if (pump_) pump_->on_path_changed();
}

void relay_connection::close() {
  closed_ = true;
  if (pump_) pump_->stop();
  if (client_) client_->close();
  if (server_) server_->close();
}

void relay_connection::dialled(std::optional<dial_answer> answer) {
  if (of_.wire_ != nullptr) of_.wire_->on_dialled(name_, answer, now());
}

void relay_connection::tls_done(std::string_view failure) {
  if (of_.wire_ != nullptr) of_.wire_->on_tls(name_, failure, now());
}

runtime::task<void> relay_connection::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  if (of_.wire_ != nullptr) of_.wire_->on_dial(name_, now());
  bool goes_on = co_await answer_dial();
  if (goes_on) goes_on = co_await dial_upstream();
  if (goes_on) goes_on = co_await answer_tls();
  if (!goes_on || closed_) co_return;
  pump_ = std::make_unique<relay_pump>(of_, name_, *path_, *client_, *server_);
  co_await pump_->run();
}

runtime::task<bool> relay_connection::answer_dial() {
  const path::dial_decision decision = path_->on_dial(now());
  const error_code interrupted = co_await of_.on_.clock().sleep_for(decision.delay);
  if (interrupted) co_return false;
  switch (decision.answer) {
    case dial_answer::proceed:
      co_return !closed_;
    case dial_answer::refuse:
    case dial_answer::reset_after_accept:
    case dial_answer::unreachable:
      client_->reset();
      dialled(decision.answer);
      co_return false;
    case dial_answer::hang:
      co_await wait_until_client_is_gone();
      dialled(std::nullopt);
      co_return false;
  }
  KITFOX_ASSERT(false);
}

runtime::task<bool> relay_connection::dial_upstream() {
  runtime::endpoint to = of_.settings_.upstream;
  auto dial = of_.on_.network().dial(std::move(to), of_.settings_.upstream_tls);
  auto connected =
      co_await runtime::with_timeout(of_.on_.clock(), of_.settings_.limits.dial_timeout, std::move(dial));
  if (!connected || closed_) {
    // Accepting and then closing in order would look like a server that is alive.
    if (client_) client_->reset();
    dialled(connected ? std::nullopt : std::optional{answer_for(connected.error())});
    co_return false;
  }
  server_ = std::move(*connected);
  dialled(dial_answer::proceed);
  co_return true;
}

runtime::task<bool> relay_connection::answer_tls() {
  if (!of_.settings_.tls) co_return true;
  const tls_answer answer = path_->on_tls(now());
  if (answer == tls_answer::stall) {
    co_await wait_until_client_is_gone();
    tls_done("stall");
    co_return false;
  }
  if (answer == tls_answer::alert) {
    co_await alert_client();
    tls_done("alert");
    co_return false;
  }
  client_ =
      runtime::tls::wrap_server(std::move(client_), of_.settings_.tls->server_for(answer), of_.on_.clock());
  auto handshake = client_->handshake();
  const error_code failure = co_await runtime::with_timeout(
      of_.on_.clock(), of_.settings_.limits.handshake_timeout, std::move(handshake));
  const std::string seen = failure ? failure.message() : std::string{};
  tls_done(seen);
  co_return !failure && !closed_;
}

runtime::task<void> relay_connection::wait_until_client_is_gone() { co_await discard_until_end(*client_); }

runtime::task<void> relay_connection::alert_client() {
  // The hello is read first: closing with unread bytes would send RST, which overtakes the alert.
  std::array<char, 4096> hello{};
  const auto count = co_await client_->read_some(hello);
  if (!count) co_return;
  error_code failure = co_await client_->write(handshake_failure_record);
  if (!failure) failure = co_await client_->shutdown_send();
  if (failure) co_return;
  co_await wait_until_client_is_gone();
}

}  // namespace kitfox::fault
