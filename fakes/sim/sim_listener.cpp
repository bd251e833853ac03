#include "fakes/sim/sim_listener.hpp"

#include "fakes/sim/sim_stream.hpp"
#include "runtime/assert.hpp"

namespace kitfox::sim {

using runtime::errc;
using runtime::error_code;

error_code sim_listener::open() {
  const error_code failure = on_.open_listener(socket_);
  open_ = !failure;
  return failure;
}

void sim_listener::close() noexcept {
  open_ = false;
  on_.close_listener(socket_);
}

runtime::task<runtime::result<std::unique_ptr<runtime::byte_stream>>> sim_listener::accept() {
  node& where = socket_.owner.where;
  if (const error_code failure = co_await enter(where)) co_return failure;
  KITFOX_ASSERT(!socket_.acceptor.occupied());
  if (open_ && socket_.backlog.empty()) {
    auto waiting = socket_.acceptor.wait(where, {});
    const auto outcome = co_await std::move(waiting);
    if (outcome.first) co_return outcome.first;  // also when this listener is gone
  } else {
    co_await yield(where);
  }
  if (!open_ || socket_.backlog.empty()) co_return errc::cancelled;
  if (socket_.owner.streams > on_.limits().streams_per_host_max) co_return errc::out_of_resources;
  connection* const next = socket_.backlog.front();
  socket_.backlog.pop_front();
  std::unique_ptr<runtime::byte_stream> stream =
      std::make_unique<sim_stream>(*next, fault::side::server, where);
  co_return std::move(stream);
}

}  // namespace kitfox::sim
