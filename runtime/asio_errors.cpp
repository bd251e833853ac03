#include "runtime/asio_errors.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <string>

#include "runtime/errc.hpp"

namespace kitfox::runtime {

error_code from_system(const error_code& failure, std::string_view operation, event_sink& events) {
  namespace error = boost::asio::error;
  namespace posix = boost::system::errc;
  if (!failure) return {};
  if (failure == error::eof) return errc::end_of_stream;
  // A closed descriptor means that we closed the stream ourselves.
  if (failure == error::operation_aborted || failure == error::bad_descriptor) return errc::cancelled;
  if (failure == error::connection_reset || failure == error::broken_pipe ||
      failure == error::connection_aborted)
    return errc::connection_reset;
  if (failure == error::connection_refused) return errc::connection_refused;
  if (failure == error::host_unreachable || failure == error::network_unreachable ||
      failure == error::network_down || failure == error::timed_out ||
      failure == posix::operation_not_permitted || failure == posix::address_family_not_supported)
    return errc::unreachable;
  if (failure == error::host_not_found || failure == error::no_data) return errc::name_not_found;
  if (failure == error::host_not_found_try_again || failure == error::no_recovery)
    return errc::name_server_failed;
  if (failure == error::address_in_use || failure == posix::address_not_available ||
      failure == error::access_denied)
    return errc::address_unavailable;
  if (failure == error::no_descriptors || failure == posix::too_many_files_open_in_system ||
      failure == error::no_buffer_space || failure == error::no_memory)
    return errc::out_of_resources;
  if (failure == error::not_connected || failure == error::shut_down) return errc::not_connected;
  const std::string text = failure.to_string();
  events.error("system_failure", {{"operation", operation}, {"code", std::string_view{text}}});
  return errc::system_failure;
}

}  // namespace kitfox::runtime
