#include "fakes/fault/relay.hpp"

#include <boost/asio/this_coro.hpp>
#include <utility>

#include "fakes/fault/relay_connection.hpp"
#include "runtime/assert.hpp"
#include "runtime/errc.hpp"

namespace kitfox::fault {
namespace {

namespace asio = boost::asio;
/// After a failed accept or listen, so that a lack of descriptors does not turn into a busy loop.
constexpr runtime::duration retry_pause = std::chrono::milliseconds{50};

}  // namespace

relay::relay(runtime::host& on, relay_options settings, firing_observer* firings, wire_observer* wire)
    : on_{on},
      settings_{std::move(settings)},
      wire_{wire},
      door_{on.executor()},
      link_{[this] {
              link::options through = settings_.through;
              through.faults_changed = [this, told = std::move(through.faults_changed)] {
                on_faults_changed();
                if (told) told();
              };
              return through;
            }(),
            settings_.random != nullptr ? *settings_.random : on.entropy(), firings,
            [this](std::uint64_t id) {
              if (const auto found = open_.find(id); found != open_.end()) found->second->on_path_changed();
            }},
      tasks_{on} {}

relay::~relay() = default;

runtime::task<error_code> relay::listen() {
  KITFOX_ASSERT(listener_ == nullptr);
  runtime::endpoint at = settings_.listen_at;
  auto made = co_await on_.network().listen(std::move(at), nullptr);
  if (!made) co_return made.error();
  listener_ = std::move(*made);
  // The port stays the same when it is opened again later.
  settings_.listen_at.port = listener_->local().port;
  co_return error_code{};
}

runtime::task<void> relay::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!stopping_) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) break;
    if (shut()) {
      listener_.reset();
      note_closed();
      static_cast<void>(co_await door_.wait());
      continue;
    }
    co_await accept_one();
  }
  stopping_ = true;
  listener_.reset();
  close_all();
  tasks_.cancel();
  co_await tasks_.join();
}

runtime::task<void> relay::accept_one() {
  if (listener_ == nullptr) {
    if (co_await listen()) {
      static_cast<void>(co_await on_.clock().sleep_for(retry_pause));
      co_return;
    }
    if (shut() || stopping_) co_return;
  }
  auto accepted = co_await listener_->accept();
  if (accepted) {
    admit(std::move(*accepted));
  } else if (accepted.error() != runtime::errc::cancelled) {
    static_cast<void>(co_await on_.clock().sleep_for(retry_pause));
  } else {
    listener_.reset();  // closed by on_faults_changed(), suspend() or stop()
  }
}

void relay::admit(std::unique_ptr<runtime::byte_stream> client) {
  if (open_.size() >= settings_.limits.connections_max || shut() || stopping_) {
    client->reset();
    return;
  }
  ++traffic_.connections;
  const std::uint64_t id = settings_.next_connection_id ? settings_.next_connection_id() : ++last_id_;
  tasks_.spawn("relay " + link_.name() + " " + std::to_string(id), serve(id, std::move(client)));
}

runtime::task<void> relay::serve(std::uint64_t id, std::unique_ptr<runtime::byte_stream> client) {
  relay_connection connection{*this, id, std::move(client)};
  open_.emplace(id, &connection);
  co_await connection.run();
  open_.erase(id);
}

void relay::stop() {
  stopping_ = true;
  if (listener_) listener_->close();
  door_.notify_all();
}

void relay::suspend() {
  suspended_ = true;
  on_faults_changed();
  close_all();
}

void relay::resume() {
  suspended_ = false;
  on_faults_changed();
}

void relay::on_faults_changed() {
  if (shut() && listener_) {
    listener_->close();
    note_closed();
  }
  door_.notify_all();
}

void relay::note_closed() { link_.on_listener_closed(on_.clock().now()); }

void relay::close_all() {
  for (const auto& [id, connection] : open_) connection->close();
}

}  // namespace kitfox::fault
