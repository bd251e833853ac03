#include "fakes/fault/relay_pump.hpp"

#include <boost/asio/this_coro.hpp>
#include <utility>
#include <vector>

#include "fakes/fault/relay.hpp"
#include "runtime/errc.hpp"

namespace kitfox::fault {
namespace {
namespace asio = boost::asio;
}

relay_pump::relay_pump(relay& of, wire_observer::connection name, path& through, runtime::byte_stream& client,
                       runtime::byte_stream& server)
    : of_{of},
      name_{name},
      path_{through},
      client_{client, of.on_.executor()},
      server_{server, of.on_.executor()},
      ended_{of.on_.executor()},
      tasks_{of.on_} {}

runtime::mono_time relay_pump::now() const { return of_.on_.clock().now(); }

runtime::task<void> relay_pump::run() {
  tasks_.spawn("relay reads client", read_from(side::client));
  tasks_.spawn("relay reads server", read_from(side::server));
  tasks_.spawn("relay writes client", write_to(side::client));
  tasks_.spawn("relay writes server", write_to(side::server));
  carry_out();
  while (!over_) {
    const error_code failure = co_await ended_.wait();
    if (failure) break;
  }
  over_ = true;
  tasks_.cancel();
  co_await tasks_.join();
}

void relay_pump::stop() {
  over_ = true;
  ended_.notify_all();
}

void relay_pump::on_path_changed() { carry_out(); }

bool relay_pump::may_read(side from) {
  return path_.held(from) + at(other(from)).out_bytes < path_.window_bytes();
}

runtime::task<void> relay_pump::read_from(side one) {
  co_await asio::this_coro::throw_if_cancelled(false);
  end& from = at(one);
  std::vector<char> buffer(of_.settings_.limits.read_bytes_max);
  while (!over_ && !from.read_done) {
    if (!may_read(one)) {
      const error_code failure = co_await from.room.wait();
      if (failure) co_return;
      continue;
    }
    const auto got = co_await from.stream.read_some(buffer);
    if (over_ || from.read_done) co_return;
    if (got) {
      const std::string_view bytes{buffer.data(), *got};
      count(one, bytes.size(), true);
      if (of_.wire_ != nullptr) of_.wire_->on_sent(name_, one, bytes, now());
      path_.on_bytes(one, bytes, now());
    } else if (got.error() == runtime::errc::end_of_stream || got.error() == runtime::errc::tls_truncated) {
      from.read_done = true;
      if (of_.wire_ != nullptr) of_.wire_->on_end_sent(name_, one, end_kind::fin, now());
      path_.on_end(one, end_kind::fin, now());
    } else if (got.error() == runtime::errc::cancelled) {
      co_return;
    } else {
      lost(one);
    }
    carry_out();
  }
}

/// The end is gone: it reset the connection.
void relay_pump::lost(side one) {
  end& gone = at(one);
  if (gone.read_done && gone.write_done) return;
  gone.read_done = true;
  gone.write_done = true;
  gone.out.clear();
  gone.out_bytes = 0;
  gone.stream.reset();
  if (of_.wire_ != nullptr) of_.wire_->on_end_sent(name_, one, end_kind::rst, now());
  path_.on_end(one, end_kind::rst, now());
}

runtime::task<void> relay_pump::write_to(side one) {
  co_await asio::this_coro::throw_if_cancelled(false);
  end& to = at(one);
  while (!over_ && !to.write_done) {
    if (!to.out.empty()) {
      const std::string bytes = std::move(to.out.front());
      to.out.pop_front();
      const error_code failure = co_await to.stream.write(bytes);
      if (over_ || to.write_done) co_return;
      if (failure) {
        if (failure != runtime::errc::cancelled) lost(one);
        carry_out();
        co_return;
      }
      to.out_bytes -= bytes.size();
      count(other(one), bytes.size(), false);
      if (of_.wire_ != nullptr) of_.wire_->on_delivered(name_, other(one), bytes, now());
      at(other(one)).room.notify_all();
    } else if (to.out_ends) {
      const error_code failure = co_await to.stream.shutdown_send();
      if (over_ || to.write_done) co_return;
      to.write_done = true;
      if (!failure && of_.wire_ != nullptr) of_.wire_->on_end_delivered(name_, one, end_kind::fin, now());
      check_over();
    } else if (co_await to.out_changed.wait()) {
      co_return;
    }
  }
}

void relay_pump::carry_out() {
  while (auto action = path_.next_action()) carry_out(std::move(*action));
  client_.room.notify_all();
  server_.room.notify_all();
  arm();
  check_over();
}

void relay_pump::carry_out(path_action action) {
  end& to = at(action.to);
  switch (action.kind) {
    case path_action::what::deliver:
      if (to.write_done || to.out_ends) return;
      to.out_bytes += action.bytes.size();
      to.out.push_back(std::move(action.bytes));
      to.out_changed.notify_all();
      return;
    case path_action::what::end:
      to.out_ends = true;
      to.out_changed.notify_all();
      return;
    case path_action::what::reset:
      reset(action.to);
      return;
  }
}

void relay_pump::reset(side to) {
  end& one = at(to);
  one.out.clear();
  one.out_bytes = 0;
  one.read_done = true;
  one.write_done = true;
  one.stream.reset();
  one.out_changed.notify_all();
  if (of_.wire_ != nullptr) of_.wire_->on_end_delivered(name_, to, end_kind::rst, now());
}

/// Keeps a sleeper that wakes no later than the path's next timer.
void relay_pump::arm() {
  const auto next = path_.next_timer();
  if (!next || over_ || (!sleeping_.empty() && *sleeping_.begin() <= *next)) return;
  sleeping_.insert(*next);
  tasks_.spawn("relay timer", sleep_until(*next));
}

runtime::task<void> relay_pump::sleep_until(runtime::mono_time when) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const error_code failure = co_await of_.on_.clock().sleep_until(when);
  if (failure) co_return;
  sleeping_.erase(sleeping_.find(when));
  if (over_) co_return;
  if (const auto next = path_.next_timer(); next && *next <= now()) path_.on_timer(now());
  carry_out();
}

void relay_pump::check_over() {
  const bool both_read = client_.read_done && server_.read_done;
  const bool both_written = client_.write_done && server_.write_done;
  if (both_read && both_written) {
    stop();
  } else if ((both_read || both_written) && !lingering_) {
    lingering_ = true;
    tasks_.spawn("relay lingers", linger());
  }
}

runtime::task<void> relay_pump::linger() {
  co_await asio::this_coro::throw_if_cancelled(false);
  const error_code failure = co_await of_.on_.clock().sleep_for(of_.settings_.limits.linger);
  if (failure) co_return;
  stop();
}

void relay_pump::count(side from, std::size_t bytes, bool received) {
  relay_traffic& sum = of_.traffic_;
  if (from == side::client) {
    (received ? sum.upstream_received : sum.upstream_sent) += bytes;
  } else {
    (received ? sum.downstream_received : sum.downstream_sent) += bytes;
  }
}

}  // namespace kitfox::fault
