#include "fakes/sim/connection.hpp"

#include <algorithm>

#include "fakes/sim/wire.hpp"
#include "runtime/assert.hpp"

namespace kitfox::sim {

using fault::dial_answer;
using fault::end_kind;
using fault::side;
using runtime::errc;
using runtime::error_code;

connection::connection(wire& on, setup settings, wire_log log)
    : on_{on}, settings_{std::move(settings)}, log_{std::move(log)} {
  node = settings_.client->where.number;
  lane = settings_.id;
  socket& client = end_of(side::client);
  client.owner = settings_.client;
  client.held = presence::open;
  ++client.owner->streams;
  machine& from = client.owner->on;
  client_port_ = from.next_dial_port;
  from.next_dial_port = client_port_ == 60999 ? 32768 : static_cast<std::uint16_t>(client_port_ + 1);
}

connection::~connection() { on_.time().disarm(*this); }

bool connection::usable(side one) const noexcept {
  return phase_ == phase::established && end_of(one).held == presence::open;
}

error_code connection::unfit(side one) const {
  if (!usable(one)) return errc::cancelled;  // closed by its own process
  const bool secured = !uses_tls() || handshake_->outcome(one) == error_code{};
  return secured ? error_code{} : make_error_code(errc::not_connected);
}

std::optional<runtime::result<std::size_t>> connection::try_read(side one, std::span<char> into) {
  socket& mine = end_of(one);
  if (const error_code failure = unfit(one)) return failure;
  if (!mine.unread.empty()) {
    const std::size_t count = mine.unread.pop(into);
    run_path();  // the receive window has opened
    return count;
  }
  if (mine.reset_received) return errc::connection_reset;
  if (mine.fin_received) {
    const bool cut = uses_tls() && !end_of(other(one)).close_notify_sent;
    return cut ? errc::tls_truncated : errc::end_of_stream;
  }
  return std::nullopt;
}

std::optional<error_code> connection::try_write(side one, std::string_view bytes) {
  socket& mine = end_of(one);
  if (const error_code failure = unfit(one)) return failure;
  if (mine.fin_sent) return errc::not_connected;
  if (mine.reset_received) return errc::connection_reset;
  mine.outgoing = bytes;
  run_path();
  if (mine.reset_received) return errc::connection_reset;
  if (!mine.outgoing.empty()) return std::nullopt;
  return error_code{};
}

error_code connection::shutdown_send(side one) {
  socket& mine = end_of(one);
  if (const error_code failure = unfit(one)) return failure;
  if (mine.reset_received) return errc::connection_reset;
  if (mine.fin_sent) return {};
  mine.close_notify_sent = uses_tls();
  send_end(one, end_kind::fin);
  return {};
}

void connection::say(side one, std::string_view bytes) {
  socket& mine = end_of(one);
  if (!usable(one) || mine.fin_sent || mine.reset_received || !mine.outgoing.empty()) return;
  mine.outgoing = bytes;
  run_path();
  mine.outgoing = {};
}

void connection::close(side one) {
  socket& mine = end_of(one);
  const bool secured = usable(one) && uses_tls() && handshake_->outcome(one) == error_code{};
  if (secured && mine.outgoing.empty()) mine.close_notify_sent = true;
  end(one, end_kind::fin);
}

void connection::end(side one, end_kind how) {
  abort_dial();
  socket& mine = end_of(one);
  if (mine.held != presence::open) return;
  // A kernel that throws received bytes away says so (RFC 2525 §2.17).
  const end_kind shown = mine.unread.empty() ? how : end_kind::rst;
  release(one);
  mine.held = presence::closed;
  const bool said = mine.reset_received || (mine.fin_sent && shown == end_kind::fin);
  if (phase_ == phase::established && !said) send_end(one, shown);
  on_.retire(*this);
}

void connection::vanish(side one) {
  abort_dial();
  socket& mine = end_of(one);
  if (mine.held != presence::open) return;
  release(one);
  mine.held = presence::gone;
  on_.retire(*this);
}

void connection::release(side one) {
  socket& mine = end_of(one);
  if (mine.owner != nullptr && mine.held == presence::open) --mine.owner->streams;
  mine.outgoing = {};
  mine.into = {};
  mine.swallowed += mine.unread.size();  // thrown away, never acknowledged
  mine.unread.clear();
  if (mine.reader.occupied()) mine.reader.complete(errc::cancelled, 0);
  if (mine.writer.occupied()) mine.writer.complete(errc::cancelled, {});
  if (handshake_) handshake_->on_closed(one);
}

void connection::detach(side one) {
  close(one);
  end_of(one).attached = false;
  on_.retire(*this);
}

runtime::endpoint connection::peer_of(side one) const {
  if (one == side::client) return settings_.target;
  return {settings_.client->on.address, client_port_};
}

bool connection::finished() const {
  for (const socket& one : ends_)
    if (one.attached || one.held == presence::open) return false;
  return phase_ != phase::established || !settings_.path->next_timer().has_value();
}

void connection::send_end(side by, end_kind how) {
  socket& mine = end_of(by);
  if (mine.reset_sent) return;
  (how == end_kind::fin ? mine.fin_sent : mine.reset_sent) = true;
  log_.end_sent(by, how);
  settings_.path->on_end(by, how, on_.time().now());
  run_path();
}

std::size_t connection::room(side from) const {
  const fault::path& path = *settings_.path;
  const std::size_t held = path.held(from);
  const socket& peer = end_of(other(from));
  const std::size_t waiting = peer.unread.size() + peer.swallowed + held;
  const std::size_t window = on_.limits().receive_window_bytes;
  if (held >= path.window_bytes() || waiting >= window) return 0;
  return std::min(path.window_bytes() - held, window - waiting);
}

bool connection::push_outgoing(side from) {
  socket& mine = end_of(from);
  if (mine.outgoing.empty() || mine.held != presence::open || mine.reset_received) return false;
  const std::size_t count = std::min(room(from), mine.outgoing.size());
  if (count == 0) return false;
  const std::string_view chunk = mine.outgoing.substr(0, count);
  mine.outgoing.remove_prefix(count);
  log_.sent(from, chunk);
  if (mine.held != presence::open) return true;  // the observer killed the sender
  settings_.path->on_bytes(from, chunk, on_.time().now());
  if (mine.outgoing.empty() && mine.writer.occupied()) mine.writer.complete({}, {});
  return true;
}

void connection::run_path() {
  path_touched_ = true;
  // Observers may come back to this connection: the outermost call does their work too.
  if (running_path_ || phase_ != phase::established) return;
  running_path_ = true;
  while (std::exchange(path_touched_, false)) {
    while (auto action = settings_.path->next_action()) carry_out(std::move(*action));
    if (push_outgoing(side::client)) path_touched_ = true;
    if (push_outgoing(side::server)) path_touched_ = true;
  }
  running_path_ = false;
  const auto next = settings_.path->next_timer();
  if (next)
    on_.time().arm(*this, *next);
  else
    on_.time().disarm(*this);
  on_.retire(*this);
}

void connection::carry_out(fault::path_action action) {
  switch (action.kind) {
    case fault::path_action::what::deliver:
      return deliver(action.to, action.bytes);
    case fault::path_action::what::end:
      return deliver_fin(action.to);
    case fault::path_action::what::reset:
      return deliver_reset(action.to);
  }
}

bool connection::is_silent(const socket& one) noexcept {
  return one.held == presence::gone && one.owner->on.silent;
}

void connection::deliver(side to, std::string_view bytes) {
  socket& mine = end_of(to);
  if (is_silent(mine)) {
    mine.swallowed += bytes.size();
    return;
  }
  log_.delivered(other(to), bytes);
  // Nobody owns the socket any more; a machine that has started again does not know it either.
  if (mine.held != presence::open || mine.reset_received) return send_end(to, end_kind::rst);
  const bool peer_is_plain = to == side::client ? server_tls_ == nullptr : settings_.tls == nullptr;
  if (handshake_ && peer_is_plain) handshake_->on_plain_bytes(to);
  mine.unread.push(bytes);
  serve_reader(to);
}

void connection::deliver_fin(side to) {
  socket& mine = end_of(to);
  if (is_silent(mine) || mine.fin_received || mine.reset_received) return;
  mine.fin_received = true;
  log_.end_delivered(to, end_kind::fin);
  if (mine.held == presence::gone) return send_end(to, end_kind::rst);
  if (mine.held != presence::open) return;
  if (handshake_) handshake_->on_end(to, end_kind::fin);
  serve_reader(to);
}

void connection::deliver_reset(side to) {
  socket& mine = end_of(to);
  if (is_silent(mine) || mine.reset_received) return;
  mine.reset_received = true;
  log_.end_delivered(to, end_kind::rst);
  if (mine.held != presence::open) return;
  mine.outgoing = {};
  if (handshake_) handshake_->on_end(to, end_kind::rst);
  if (mine.writer.occupied()) mine.writer.complete(errc::connection_reset, {});
  serve_reader(to);
}

void connection::serve_reader(side one) {
  socket& mine = end_of(one);
  if (!mine.reader.occupied()) return;
  const auto outcome = try_read(one, mine.into);
  if (!outcome) return;
  mine.into = {};
  if (*outcome)
    mine.reader.complete({}, **outcome);
  else
    mine.reader.complete(outcome->error(), 0);
}

void connection::drop_path() noexcept {
  phase_ = phase::over;
  on_.time().disarm(*this);
  settings_.path.reset();
}

void connection::on_path_changed() { run_path(); }

void connection::fire() {
  if (phase_ == phase::dialling) return conclude_dial();
  settings_.path->on_timer(on_.time().now());
  run_path();
}

}  // namespace kitfox::sim
