// Arbitrary bytes in place of a peer's handshake: the server's engine must refuse or want more, and end.
#include <cstdint>
#include <string>

#include "fakes/pki/authority.hpp"
#include "runtime/assert.hpp"
#include "runtime/tls/engine.hpp"
#include "runtime/tls/tls.hpp"

namespace {

using namespace kitfox;
using namespace kitfox::runtime;

std::shared_ptr<tls_server> settings() {
  static const pki::authority authority;
  static const pki::identity identity = authority.issue("gateway.test");
  tls_server_options options;
  options.certificate_pem = identity.certificate_pem;
  options.private_key_pem = identity.private_key_pem;
  return tls::make_server(options).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::shared_ptr<tls_server> server = settings();
  tls::engine engine{dynamic_cast<tls::server_settings&>(*server)};
  for (std::size_t at = 0; at < size;) {
    const auto room = engine.input().prepare();
    const std::size_t count = std::min(room.size(), size - at);
    std::copy_n(bytes + at, count, room.begin());
    engine.input().commit(count);
    at += count;
    const auto step = engine.handshake(wall_time{});
    if (!step) return 0;
    KITFOX_ASSERT(*step == tls::engine::progress::want_input);
  }
  engine.put_end();
  KITFOX_ASSERT(!engine.handshake(wall_time{}).has_value());
  return 0;
}
