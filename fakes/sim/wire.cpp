#include "fakes/sim/wire.hpp"

#include <fmt/format.h>

#include "runtime/assert.hpp"
#include "runtime/errc.hpp"

namespace kitfox::sim {

using fault::end_kind;
using fault::side;
using runtime::errc;
using runtime::error_code;

wire::wire(scheduler& time, const simulation_options& settings)
    : time_{time}, settings_{settings}, names_{settings.name_delay, settings.limits.names_max} {}

machine& wire::machine_named(const std::string& name) {
  auto& slot = machines_[name];
  if (slot == nullptr) {
    slot = std::make_unique<machine>();
    slot->name = name;
    const std::size_t number = machines_.size();
    slot->address = fmt::format("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255);
    by_address_[slot->address] = slot.get();
    const error_code full = names_.set(name, {slot->address});
    KITFOX_ASSERT(!full);
  }
  return *slot;
}

bool wire::is_loopback(std::string_view address) noexcept {
  return address.starts_with("127.") || address == "::1";
}

connection* wire::open(process& client, const dial_target& target) {
  sweep();
  machine* to = &client.on;
  if (!is_loopback(target.address)) {
    const auto found = by_address_.find(target.address);
    if (found == by_address_.end()) return nullptr;
    to = found->second;
  }
  const std::uint64_t id = ++dials_;
  opened_path opened;
  const bool to_itself = to == &client.on;
  if (to_itself || settings_.paths == nullptr)
    opened.path = std::make_unique<straight_path>(to_itself ? straight_path_options{} : settings_.straight);
  else
    opened = settings_.paths->open({client.on.name, to->name, target.port, id});
  if (opened.link.empty()) opened.link = client.on.name + "->" + to->name;
  wire_log log{time_, to_itself ? nullptr : settings_.observer, id, std::move(opened.link),
               client.where.number};
  auto made = std::make_unique<connection>(
      *this,
      connection::setup{
          id, &client, to, {target.address, target.port}, target.host, target.tls, std::move(opened.path)},
      std::move(log));
  return (connections_[id] = std::move(made)).get();
}

listening* wire::listener_at(const machine& at, std::uint16_t port, const machine& from) {
  const auto found = at.listeners.find(port);
  if (found == at.listeners.end()) return nullptr;
  const bool reachable = found->second->reach == listening::scope::machine || &from == &at;
  return reachable ? found->second : nullptr;
}

error_code wire::open_listener(listening& what) {
  machine& on = what.owner.on;
  if (what.local.port == 0) {
    constexpr int ports = 65536 - 49152;
    for (int tries = 0; tries < ports && what.local.port == 0; ++tries) {
      const std::uint16_t port = on.next_listen_port;
      on.next_listen_port = port == 65535 ? 49152 : static_cast<std::uint16_t>(port + 1);
      if (!on.listeners.contains(port)) what.local.port = port;
    }
    if (what.local.port == 0) return errc::address_unavailable;
  }
  if (!on.listeners.emplace(what.local.port, &what).second) return errc::address_unavailable;
  return {};
}

void wire::close_listener(listening& what) {
  auto& listeners = what.owner.on.listeners;
  const auto found = listeners.find(what.local.port);
  if (found == listeners.end() || found->second != &what) return;
  listeners.erase(found);
  while (!what.backlog.empty()) {
    connection* const waiting = what.backlog.front();
    what.backlog.pop_front();
    waiting->end(side::server, end_kind::rst);
  }
  if (what.acceptor.occupied()) what.acceptor.complete(errc::cancelled, {});
}

void wire::detach(process& one, kill_mode mode) {
  one.on.running = nullptr;
  one.on.silent = mode == kill_mode::silent;
  const auto end_one = [mode](connection& link, side mine) {
    switch (mode) {
      case kill_mode::fin:
        return link.end(mine, end_kind::fin);
      case kill_mode::rst:
        return link.end(mine, end_kind::rst);
      case kill_mode::silent:
        return link.vanish(mine);
    }
  };
  for (const auto& [id, link] : connections_)
    for (const side mine : {side::client, side::server})
      if (link->process_of(mine) == &one) end_one(*link, mine);
  // What waits in a backlog was ended above, as the kernel of the machine does it.
  while (!one.on.listeners.empty()) {
    listening& what = *one.on.listeners.begin()->second;
    what.backlog.clear();
    close_listener(what);
  }
}

void wire::on_link_changed(std::uint64_t id) {
  const auto found = connections_.find(id);
  if (found != connections_.end()) found->second->on_path_changed();
}

void wire::retire(connection& one) {
  if (one.finished()) retired_.push_back(one.id());
}

void wire::sweep() {
  for (const std::uint64_t id : retired_) {
    const auto found = connections_.find(id);
    if (found != connections_.end() && found->second->finished()) connections_.erase(found);
  }
  retired_.clear();
}

void wire::drop_paths() {
  for (const auto& [id, link] : connections_) link->drop_path();
}

std::size_t wire::connections() const noexcept {
  std::size_t live = 0;
  for (const auto& [id, link] : connections_)
    if (!link->finished()) ++live;
  return live;
}

}  // namespace kitfox::sim
