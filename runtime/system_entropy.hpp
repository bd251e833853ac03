#pragma once
#include <memory>

#include "runtime/entropy.hpp"

namespace kitfox::runtime {

/// Random numbers of the operating system, by OpenSSL's generator: fit for keys. Children are independent of
/// one another and of their names. Any number may be in use, on any thread.
[[nodiscard]] std::unique_ptr<entropy> make_system_entropy();

}  // namespace kitfox::runtime
