// A server that sends arbitrary bytes in arbitrary pieces: the client must end every time, within its limits.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/assert.hpp"
#include "runtime/http/client.hpp"
#include "runtime/task_group.hpp"
#include "runtime/test/manual_host.hpp"
#include "runtime/test/memory_stream.hpp"

namespace {

using namespace kitfox::runtime;

task<void> send_all(byte_stream& wire, std::string_view bytes) {
  if (const error_code failure = co_await wire.write(bytes)) co_return;
  static_cast<void>(co_await wire.shutdown_send());
}

task<void> exchange(host& on, http::client_connection& client, byte_stream& wire, std::string_view bytes,
                    unsigned options, const http::limits& bounds) {
  task_group group{on};
  group.spawn("server", send_all(wire, bytes));
  http::request message;
  message.method = (options & 2) != 0 ? "HEAD" : "GET";
  if ((options & 4) != 0) {
    const auto whole = co_await client.roundtrip(std::move(message));
    if (whole) KITFOX_ASSERT(whole->body.size() <= bounds.body_bytes_max);
  } else {
    const auto head = co_await client.start(std::move(message));
    bool more = head.has_value();
    while (more) {
      const auto piece = co_await client.read_body();
      more = piece && !piece->empty();
      if (piece) KITFOX_ASSERT(piece->size() <= bounds.chunk_bytes_max);
    }
  }
  client.close();
  co_await group.join();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  test::manual_host on;
  test::memory_options wire;
  wire.read_bytes_max = std::size_t{1} + bytes[0] % 100;
  http::limits bounds;
  bounds.header_bytes_max = 1024;
  bounds.body_bytes_max = 512;
  bounds.chunk_bytes_max = 128;
  test::memory_pair pair = test::make_memory_pair(on.executor(), wire);
  http::client_connection client{std::move(pair.client), bounds};
  const std::string_view input{reinterpret_cast<const char*>(bytes) + 2, size - 2};
  on.run(exchange(on, client, *pair.server, input, bytes[1], bounds));
  return 0;
}
