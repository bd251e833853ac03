#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "runtime/event_sink.hpp"
#include "runtime/network.hpp"

namespace kitfox::runtime {

/// Plain TCP over Asio: what real_host's network is made of. `events` must outlive everything made here.

/// Connects to a literal address.
[[nodiscard]] task<result<std::unique_ptr<byte_stream>>> connect_tcp(asio::any_io_executor executor,
                                                                     std::string address, std::uint16_t port,
                                                                     event_sink& events);
/// Binds and listens at a literal address.
[[nodiscard]] result<std::unique_ptr<listener>> listen_tcp(asio::any_io_executor executor,
                                                           const std::string& address, std::uint16_t port,
                                                           const listen_options& how, event_sink& events);
/// Addresses of a name in the order of getaddrinfo(3) (RFC 6724); a literal is returned as it is. Cancelling
/// returns at once, although the system's resolver goes on in its thread.
[[nodiscard]] task<result<std::vector<std::string>>> resolve_tcp(asio::any_io_executor executor,
                                                                 std::string name, event_sink& events);

}  // namespace kitfox::runtime
