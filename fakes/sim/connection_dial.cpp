#include <algorithm>

#include "fakes/sim/connection.hpp"
#include "fakes/sim/wire.hpp"

namespace kitfox::sim {

using fault::dial_answer;
using fault::end_kind;
using fault::side;
using runtime::errc;
using runtime::error_code;

namespace {
/// Something that starts like a TLS record and is no text of any protocol.
constexpr std::string_view hello_on_a_plain_connection{"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10};
}  // namespace

void connection::dial() {
  log_.dial();
  decision_ = settings_.path->on_dial(on_.time().now());
  if (decision_.answer != dial_answer::hang) on_.time().arm(*this, on_.time().now() + decision_.delay);
}

void connection::conclude_dial() {
  switch (decision_.answer) {
    case dial_answer::hang:
      return;
    case dial_answer::refuse:
      return end_dial(errc::connection_refused, dial_answer::refuse);
    case dial_answer::unreachable:
      return end_dial(errc::unreachable, dial_answer::unreachable);
    case dial_answer::proceed:
    case dial_answer::reset_after_accept:
      break;
  }
  const machine& to = *settings_.to;
  if (to.silent) return retry_dial();
  listening* const at = wire::listener_at(to, settings_.target.port, settings_.client->on);
  if (at == nullptr) return end_dial(errc::connection_refused, dial_answer::refuse);
  // A full backlog drops the SYN, as Linux does by default.
  if (at->backlog.size() >= on_.limits().backlog_max) return retry_dial();
  establish(*at);
}

void connection::retry_dial() {
  // A SYN is sent again after 1, 2, 4, ... seconds (RFC 6298 §5.5), at most a minute apart.
  constexpr int doublings_max = 6;
  const runtime::duration pause = std::chrono::seconds{1 << std::min(dial_retries_++, doublings_max)};
  on_.time().arm(*this, on_.time().now() + pause);
}

void connection::establish(listening& at) {
  socket& server = end_of(side::server);
  server.owner = &at.owner;
  server.held = presence::open;
  ++server.owner->streams;
  log_.set_server(at.owner.where.number);
  server_tls_ = at.tls;
  phase_ = phase::established;
  if (settings_.tls != nullptr || server_tls_ != nullptr) {
    const std::string server_name = settings_.host + ':' + std::to_string(settings_.target.port);
    handshake_.emplace(on_.time(), sim::handshake::parties{settings_.tls, server_tls_,
                                                           &settings_.client->clock, &at.owner.clock,
                                                           settings_.host, server_name, decision_.delay / 2});
    handshake_->share_lane(settings_.id);  // a flight arrives before the bytes that were sent after it
  }
  at.backlog.push_back(this);
  if (at.acceptor.occupied()) at.acceptor.complete({}, {});
  end_dial({}, decision_.answer);
  if (decision_.answer == dial_answer::reset_after_accept) {
    deliver_reset(side::client);
    deliver_reset(side::server);
  }
  run_path();
}

void connection::end_dial(error_code outcome, dial_answer answer) {
  if (outcome) phase_ = phase::over;
  dial_outcome_ = outcome;
  log_.dialled(answer);
  if (dialler_.occupied()) dialler_.complete({}, {});
}

void connection::give_up() {
  if (phase_ != phase::dialling) return;
  phase_ = phase::over;
  on_.time().disarm(*this);
  dial_outcome_ = errc::cancelled;
  log_.dialled(std::nullopt);
  release(side::client);
  end_of(side::client).held = presence::closed;
}

void connection::abort_dial() {
  give_up();
  if (dialler_.occupied()) dialler_.complete(errc::cancelled, {});
}

void connection::start_tls() {
  if (handshake_->outcome(side::client)) return;  // reset already
  const fault::tls_answer answer = settings_.path->on_tls(on_.time().now());
  handshake_->start(answer);
  if (server_tls_ == nullptr && answer == fault::tls_answer::proceed)
    end_of(side::client).outgoing = hello_on_a_plain_connection;
  run_path();
}

void connection::tls_ended(error_code failure) {
  if (failure == errc::cancelled)
    log_.tls("given up");
  else
    log_.tls(failure ? failure.message() : std::string{});
}

void connection::start_server_tls() {
  if (settings_.tls != nullptr)
    handshake_->on_server_ready();
  else if (!end_of(side::server).unread.empty())
    handshake_->on_plain_bytes(side::server);
}

}  // namespace kitfox::sim
