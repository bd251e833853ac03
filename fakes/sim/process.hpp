#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "fakes/sim/node.hpp"
#include "fakes/sim/tls.hpp"
#include "fakes/sim/waiting_place.hpp"
#include "runtime/clock.hpp"

namespace kitfox::sim {

class connection;
struct machine;

/// What the network knows of one host.
struct process {
  node& where;
  runtime::clock& clock;
  machine& on;
  std::size_t streams = 0;  ///< Open byte streams.
};

/// One listening socket: connections that are established and wait for accept(). Lives until its listener
/// object is destroyed; the machine knows it while it is open.
struct listening {
  process& owner;
  runtime::endpoint local;
  enum class scope { machine, loopback } reach = scope::machine;
  std::shared_ptr<tls_server> tls;  // owners: the caller of listen(), this, connections accepted here
  std::deque<connection*> backlog;
  waiting_place<nothing> acceptor;
};

/// One computer: an address, and what runs there now.
struct machine {
  std::string name, address;
  process* running = nullptr;
  bool silent = false;  ///< Killed with kill_mode::silent and not started again: nothing answers.
  std::uint64_t starts = 0;
  std::map<std::uint16_t, listening*> listeners;
  std::uint16_t next_listen_port = 49152;
  std::uint16_t next_dial_port = 32768;
};

}  // namespace kitfox::sim
