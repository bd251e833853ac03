#include "fakes/sim/handshake.hpp"

#include "runtime/errc.hpp"

namespace kitfox::sim {

using fault::side;
using fault::tls_answer;
using runtime::errc;
using runtime::error_code;

void handshake::start(tls_answer answer) {
  answer_ = answer;
  if (answer == tls_answer::stall || who_.server == nullptr) return;
  if (answer == tls_answer::proceed)
    send(flight::client_hello);
  else
    send(flight::forged_hello, 2);
}

void handshake::on_server_ready() {
  server_ready_ = true;
  if (hello_arrived_) on_hello_at_server();
}

void handshake::on_plain_bytes(side to) { conclude(to, errc::tls_failed); }

void handshake::on_end(side to, fault::end_kind how) {
  if (how == fault::end_kind::rst)
    conclude(to, errc::connection_reset);
  else if (to == side::server && under_way_ == flight::alert_to_server)
    conclude(to, errc::tls_failed);  // the alert was sent before the FIN that closed the connection
  else
    conclude(to, heard_peer(to) ? errc::tls_truncated : errc::end_of_stream);
}

bool handshake::heard_peer(side one) const noexcept {
  return one == side::server ? hello_arrived_ : hello_answered_;
}

void handshake::on_closed(side by) {
  conclude(by, errc::cancelled);
  const bool from_client = under_way_ == flight::client_hello;
  const bool from_server = under_way_ == flight::server_hello || under_way_ == flight::server_finished;
  if (by == side::client ? from_client : from_server) time_.disarm(*this);
}

void handshake::send(flight what, int half_trips) {
  under_way_ = what;
  time_.arm(*this, time_.now() + half_trips * who_.half_trip);
}

void handshake::conclude(side one, error_code outcome) {
  participant& concerned = ends_[index(one)];
  if (concerned.outcome) return;
  concerned.outcome = outcome;
  if (one == side::client && outcome && who_.client != nullptr) who_.client->forget_ticket(who_.server_name);
  if (concerned.place.occupied()) concerned.place.complete({}, {});
}

void handshake::fire() {
  switch (std::exchange(under_way_, flight::none)) {
    case flight::none:
      break;
    case flight::client_hello:
      hello_arrived_ = true;
      if (server_ready_) on_hello_at_server();
      break;
    case flight::server_hello:
      on_hello_at_client();
      break;
    case flight::client_finished:
      on_finished_at_server();
      break;
    case flight::server_finished:
      who_.client->keep_ticket(who_.server_name, *who_.server, who_.client_clock->now());
      conclude(side::client, {});
      break;
    case flight::alert_to_client:
      conclude(side::client, errc::tls_failed);
      break;
    case flight::alert_to_server:
      conclude(side::server, errc::tls_failed);
      break;
    case flight::forged_hello:
      conclude(side::client, forged_failure());
      break;
  }
}

void handshake::on_hello_at_server() {
  if (ends_[index(side::server)].outcome) return;
  resumed_ = who_.client->may_resume(who_.server_name, who_.server->number, who_.client_clock->now(),
                                     who_.client_clock->wall_now());
  send(flight::server_hello);
}

void handshake::on_hello_at_client() {
  hello_answered_ = true;
  if (ends_[index(side::client)].outcome) return;
  // A resumed session presents no certificate (RFC 5246 §7.3).
  if (!resumed_) {
    const error_code failure = verify_certificate(who_.server->own, who_.client->authorities,
                                                  who_.client_clock->wall_now(), who_.host);
    if (failure) {
      send(flight::alert_to_server);
      return conclude(side::client, failure);
    }
  }
  send(flight::client_finished);
  if (resumed_) conclude(side::client, {});
}

void handshake::on_finished_at_server() {
  if (ends_[index(side::server)].outcome) return;
  const bool presented = who_.client->own.has_value() && !who_.server->client_authorities.empty();
  if (!resumed_ && presented) {
    const error_code failure = verify_certificate(*who_.client->own, who_.server->client_authorities,
                                                  who_.server_clock->wall_now(), {});
    if (failure) {
      send(flight::alert_to_client);
      return conclude(side::server, errc::tls_failed);  // a server has no more to say than that
    }
  }
  conclude(side::server, {});
  if (!resumed_) send(flight::server_finished);
}

error_code handshake::forged_failure() const {
  switch (answer_) {
    case tls_answer::proceed:
    case tls_answer::stall:
      break;
    case tls_answer::alert:
      return errc::tls_failed;
    case tls_answer::expired:
      return errc::certificate_expired;
    case tls_answer::not_yet_valid:
      return errc::certificate_not_yet_valid;
    case tls_answer::wrong_host:
      return errc::certificate_wrong_host;
    case tls_answer::unknown_authority:
      return errc::certificate_untrusted;
  }
  return errc::tls_failed;
}

}  // namespace kitfox::sim
