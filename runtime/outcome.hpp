#pragma once
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace kitfox::runtime {

/// An expected failure: empty means success. Never used for programmer errors (see assert.hpp).
using error_code = boost::system::error_code;

/// A value or the reason why there is none.
template <class T>
using result = boost::system::result<T>;

}  // namespace kitfox::runtime
