#include "protocol/error.hpp"

#include "protocol/error_list.hpp"

namespace kitfox::protocol {
namespace {

const char* message_of(protocol_errc e) noexcept {
  switch (e) {
    case protocol_errc::event_too_large:
      return "server-sent event exceeds the size limit";
    case protocol_errc::unencodable_event:
      return "event field holds bytes that cannot be sent";
    case protocol_errc::json_syntax:
      return "not valid JSON";
    case protocol_errc::json_too_large:
      return "JSON text exceeds the size limit";
    case protocol_errc::json_too_deep:
      return "JSON nests too deep";
    case protocol_errc::json_duplicate_member:
      return "JSON object names a member twice";
    case protocol_errc::missing_field:
      return "a required member is missing";
    case protocol_errc::wrong_type:
      return "a member has the wrong type";
    case protocol_errc::out_of_range:
      return "a value is out of range";
    case protocol_errc::bad_format:
      return "a text has the wrong format";
    case protocol_errc::conflicting_fields:
      return "members do not go together";
    case protocol_errc::unknown_param:
      return "unknown parameter";
    case protocol_errc::unknown_command:
      return "unknown command";
    case protocol_errc::unknown_event:
      return "unknown event type";
    case protocol_errc::bad_key:
      return "not an API key";
    case protocol_errc::bad_timestamp:
      return "not a valid time";
  }
  return "unknown protocol error";
}

class category_type final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "kitfox.protocol"; }
  std::string message(int value) const override { return message_of(static_cast<protocol_errc>(value)); }
};

}  // namespace

const boost::system::error_category& protocol_category() noexcept {
  static const category_type category;
  return category;
}

error_code make_error_code(protocol_errc e) noexcept { return {static_cast<int>(e), protocol_category()}; }

command_error to_command_error(error_code error) noexcept {
  if (error == protocol_errc::unknown_command) return command_error::unknown_command;
  if (error == protocol_errc::json_too_large || error == protocol_errc::event_too_large)
    return command_error::too_large;
  return command_error::invalid;
}

}  // namespace kitfox::protocol
