#pragma once
#include <boost/system/error_category.hpp>

#include "runtime/outcome.hpp"

namespace kitfox::fault {

using runtime::error_code;
using runtime::result;

/// Why a fault was not planned, or a request to the proxy's API not carried out.
enum class errc {
  /// No fault has that name; the author of the scenario or request misspelt it.
  unknown_fault = 1,
  /// The fault has no parameter of that name; the author misspelt it, or meant another fault.
  unknown_parameter,
  /// A parameter that has no default was left out; the author must give it.
  missing_parameter,
  /// A parameter's value has the wrong type, unit or range; the author must correct it.
  bad_parameter,
  /// Parameters must be an object; the author gave something else.
  not_an_object,
  /// An active fault of that name is on the link already; the caller must choose another or remove it.
  name_taken,
  /// No such fault is on the link; it was removed before, or never added.
  no_such_fault,
  /// The body of a request to the proxy's API is not JSON of the expected shape; the client is at fault.
  bad_request,
  /// A proxy of that name exists; the client must choose another or delete it.
  proxy_exists,
  /// No proxy or toxic of that name exists; the client is at fault.
  not_found,
};

const boost::system::error_category& fault_category() noexcept;
inline error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), fault_category()}; }

}  // namespace kitfox::fault

template <>
struct boost::system::is_error_code_enum<kitfox::fault::errc> : std::true_type {};
