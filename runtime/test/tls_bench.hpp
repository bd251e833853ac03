#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "fakes/pki/authority.hpp"
#include "runtime/task_group.hpp"
#include "runtime/test/manual_host.hpp"
#include "runtime/test/memory_stream.hpp"
#include "runtime/tls/settings.hpp"
#include "runtime/tls/stream.hpp"
#include "runtime/tls/tls.hpp"

namespace kitfox::runtime::tls {

using test::fault;
using test::make_memory_pair;
using test::manual_host;
using test::memory_options;
using test::memory_pair;

inline const pki::authority& authority() {
  static const pki::authority instance;
  return instance;
}

inline const pki::identity& gateway_identity() {
  static const pki::identity instance = authority().issue("gateway.test");
  return instance;
}

inline std::shared_ptr<tls_client> trusting(const std::string& authorities_pem) {
  tls_client_options options;
  options.authorities_pem = authorities_pem;
  return make_client(options).value();
}

inline std::shared_ptr<tls_server> presenting(const pki::identity& identity) {
  tls_server_options options;
  options.certificate_pem = identity.certificate_pem;
  options.private_key_pem = identity.private_key_pem;
  return make_server(options).value();
}

/// Both ends of one TLS connection over memory.
struct ends {
  std::unique_ptr<byte_stream> client, server;
};

inline task<void> keep(task<error_code> work, error_code& out) { out = co_await std::move(work); }

/// One connection after the other on a host whose clock stands still.
struct tls_bench {
  manual_host on;
  std::shared_ptr<tls_client> client_settings = trusting(authority().certificate_pem());
  std::shared_ptr<tls_server> server_settings = presenting(gateway_identity());
  endpoint to{"gateway.test", 443};
  memory_options wire;
  error_code client_outcome, server_outcome;

  ends wrap(memory_pair pair) {
    return {wrap_client(std::move(pair.client), client_settings, to, on.clock()),
            wrap_server(std::move(pair.server), server_settings, on.clock())};
  }
  ends open() { return wrap(make_memory_pair(on.executor(), wire)); }

  task<void> shake(byte_stream& client, byte_stream& server) {
    task_group group{on};
    group.spawn("server", keep(server.handshake(), server_outcome));
    client_outcome = co_await client.handshake();
    if (client_outcome) client.close();
    co_await group.join();
  }
  ends connect() {
    ends made = open();
    on.run(shake(*made.client, *made.server));
    return made;
  }
  error_code failure_of_client() {
    const ends made = connect();
    return client_outcome;
  }
};

inline task<void> take_ticket(byte_stream& client, byte_stream& server) {
  std::array<char, 1> buffer;
  EXPECT_EQ(co_await server.write("x"), error_code{});
  EXPECT_EQ((co_await client.read_some(buffer)).value(), 1u);
}

}  // namespace kitfox::runtime::tls
