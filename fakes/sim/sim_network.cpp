#include "fakes/sim/sim_network.hpp"

#include "fakes/sim/sim_clock.hpp"
#include "fakes/sim/sim_listener.hpp"
#include "fakes/sim/sim_stream.hpp"
#include "runtime/assert.hpp"

namespace kitfox::sim {

using runtime::errc;
using runtime::error_code;
using runtime::result;
using runtime::task;

result<std::shared_ptr<runtime::tls_client>> sim_network::make_tls_client(
    const runtime::tls_client_options& options) {
  auto made = parse_tls_client(options, authorities_pem_);
  if (!made) return made.error();
  return std::shared_ptr<runtime::tls_client>{std::move(*made)};
}

result<std::shared_ptr<runtime::tls_server>> sim_network::make_tls_server(
    const runtime::tls_server_options& options) {
  auto made = parse_tls_server(options, on_.next_tls_server());
  if (!made) return made.error();
  return std::shared_ptr<runtime::tls_server>{std::move(*made)};
}

task<result<std::vector<std::string>>> sim_network::resolve(std::string name) {
  if (const error_code failure = co_await enter(owner_.where)) co_return failure;
  name_table::answer answer = on_.names().ask(owner_.on.name, name);
  if (answer.delay > runtime::duration::zero()) {
    if (const error_code failure = co_await owner_.clock.sleep_for(answer.delay)) co_return failure;
  } else {
    co_await yield(owner_.where);
  }
  co_return std::move(answer.addresses);
}

task<result<std::unique_ptr<runtime::byte_stream>>> sim_network::dial(
    runtime::endpoint to, std::shared_ptr<runtime::tls_client> tls) {
  const auto addresses = co_await resolve(to.host);
  if (!addresses) co_return addresses.error();
  wire::dial_target target{{}, to.port, to.host, std::static_pointer_cast<tls_client>(tls)};
  dialled made = make_error_code(errc::unreachable);
  for (const std::string& address : *addresses) {
    target.address = address;
    made = co_await connect(target);
    if (made || made.error() == errc::cancelled || made.error() == errc::out_of_resources) break;
  }
  if (!made) co_return made.error();
  if (tls != nullptr) {
    if (const error_code failure = co_await secure((*made)->link())) co_return failure;
  }
  co_return std::unique_ptr<runtime::byte_stream>{std::move(*made)};
}

task<sim_network::dialled> sim_network::connect(wire::dial_target target) {
  node& where = owner_.where;
  if (const error_code failure = co_await enter(where)) co_return failure;
  const bool full = owner_.streams >= on_.limits().streams_per_host_max;
  connection* const link = full ? nullptr : on_.open(owner_, target);
  if (link == nullptr) {
    co_await yield(where);
    co_return full ? errc::out_of_resources : errc::unreachable;
  }
  auto stream = std::make_unique<sim_stream>(*link, fault::side::client, where);
  link->dial();
  auto waiting = link->dialler().wait(where, [link] { link->give_up(); });
  const auto waited = co_await std::move(waiting);
  if (waited.first) co_return waited.first;
  if (const error_code failure = *link->dial_outcome()) co_return failure;
  co_return std::move(stream);
}

task<error_code> sim_network::secure(connection& link) {
  node& where = owner_.where;
  if (const error_code failure = co_await enter(where)) {
    link.tls_ended(failure);
    co_return failure;
  }
  link.start_tls();
  handshake& tls = *link.tls();
  error_code failure;
  if (!tls.outcome(fault::side::client)) {
    auto waiting = tls.place(fault::side::client).wait(where, {});
    const auto waited = co_await std::move(waiting);
    failure = waited.first;
  }
  if (!failure) failure = *tls.outcome(fault::side::client);
  link.tls_ended(failure);
  co_return failure;
}

task<result<std::unique_ptr<runtime::listener>>> sim_network::listen(runtime::endpoint at,
                                                                     std::shared_ptr<runtime::tls_server> tls,
                                                                     runtime::listen_options how) {
  static_cast<void>(how);
  const bool any = at.host.empty() || at.host == "0.0.0.0" || at.host == "::";
  const bool own = any || at.host == owner_.on.name || at.host == owner_.on.address;
  const bool loopback = at.host == "localhost" || wire::is_loopback(at.host);
  if (const error_code failure = co_await enter(owner_.where)) co_return failure;
  co_await yield(owner_.where);
  if (owner_.where.now == node::state::killed) co_return errc::cancelled;
  if (!own && !loopback) co_return errc::address_unavailable;
  auto made = std::make_unique<sim_listener>(
      on_, owner_, at, loopback ? listening::scope::loopback : listening::scope::machine,
      std::static_pointer_cast<tls_server>(tls));
  if (const error_code failure = made->open()) co_return failure;
  co_return std::unique_ptr<runtime::listener>{std::move(made)};
}

}  // namespace kitfox::sim
