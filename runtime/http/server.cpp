#include "runtime/http/server.hpp"

#include <map>
#include <string>
#include <utility>

#include "runtime/errc.hpp"
#include "runtime/http/server_connection.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::runtime::http {
namespace {

/// After a failed accept, so that a lack of descriptors does not turn into a busy loop.
constexpr duration accept_pause = std::chrono::milliseconds{50};

}  // namespace

struct server::state {
  state(host& where, std::unique_ptr<listener> from, handler& who, const server_options& chosen)
      : context{where, who, chosen.bounds},
        options{chosen},
        source{std::move(from)},
        tasks{where},
        ended{where.executor()} {}

  class seat;

  task<void> accept_all();
  void admit(std::unique_ptr<byte_stream> stream);
  task<void> serve(std::uint64_t id, std::unique_ptr<seat> taken, std::unique_ptr<byte_stream> stream,
                   server_connection::admission how);
  void close_all();

  server_context context;
  server_options options;
  std::unique_ptr<listener> source;
  task_group tasks;
  notifier ended;  ///< Told whenever a seat becomes free.
  std::map<std::uint64_t, server_connection*> open;
  std::map<std::string, std::size_t> per_peer;
  std::size_t admitted = 0;
  std::uint64_t last_id = 0;
};

/// A connection's share of the quotas, returned also when its task never came to run.
class server::state::seat {
 public:
  seat(state& in, std::string peer) : in_{in}, peer_{std::move(peer)} {
    ++in_.admitted;
    ++in_.per_peer[peer_];
  }
  seat(const seat&) = delete;
  seat& operator=(const seat&) = delete;
  ~seat() {
    const auto mine = in_.per_peer.find(peer_);
    if (--mine->second == 0) in_.per_peer.erase(mine);
    if (--in_.admitted == 0) in_.ended.notify_all();
  }
  [[nodiscard]] std::size_t of_peer() const { return in_.per_peer.at(peer_); }

 private:
  state& in_;
  std::string peer_;
};

task<void> server::state::serve(std::uint64_t id, [[maybe_unused]] std::unique_ptr<seat> taken,
                                std::unique_ptr<byte_stream> stream, server_connection::admission how) {
  server_connection connection{context, id, std::move(stream), how};
  open.emplace(id, &connection);
  co_await connection.run();
  open.erase(id);
}

void server::state::admit(std::unique_ptr<byte_stream> stream) {
  if (admitted >= options.connections_max) {
    stream->close();
    return;
  }
  auto taken = std::make_unique<seat>(*this, stream->peer().host);
  const auto how = taken->of_peer() > options.connections_per_peer_max
                       ? server_connection::admission::over_quota
                       : server_connection::admission::normal;
  const std::uint64_t id = ++last_id;
  tasks.spawn("http connection " + std::to_string(id), serve(id, std::move(taken), std::move(stream), how));
}

task<void> server::state::accept_all() {
  while (!context.stopping) {
    result<std::unique_ptr<byte_stream>> accepted = co_await source->accept();
    if (accepted) {
      admit(std::move(*accepted));
      continue;
    }
    if (accepted.error() == runtime::errc::cancelled) co_return;
    if (const error_code failure = co_await context.on.clock().sleep_for(accept_pause)) co_return;
  }
}

void server::state::close_all() {
  context.stopping = true;
  source->close();
  tasks.cancel();
  for (const auto& [id, connection] : open) connection->close();
}

server::server(host& on, std::unique_ptr<listener> from, handler& answers, server_options options)
    : state_{std::make_unique<state>(on, std::move(from), answers, options)} {}
server::~server() = default;

endpoint server::local() const { return state_->source->local(); }

task<void> server::run() {
  state& self = *state_;
  co_await self.accept_all();
  if (!self.context.stopping) self.close_all();  // cancelled, not stopped
  while (self.admitted != 0) {
    if (const error_code failure = co_await self.ended.wait()) {
      self.close_all();
      break;
    }
  }
  co_await self.tasks.join();
  self.context.deadlines.stop();
}

void server::stop() {
  state_->context.stopping = true;
  state_->source->close();
  for (const auto& [id, connection] : state_->open) connection->stop();
}

void server::drop_connections() {
  for (const auto& [id, connection] : state_->open) connection->close();
}

void server::close_all() { state_->close_all(); }

std::size_t server::connections() const noexcept { return state_->admitted; }

}  // namespace kitfox::runtime::http
