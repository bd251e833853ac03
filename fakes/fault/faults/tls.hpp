#pragma once
#include <string>

#include "fakes/fault/registry.hpp"

namespace kitfox::fault {

/// Describes a kind that meets new connections in the TLS handshake.
[[nodiscard]] fault_kind tls_kind(std::string name, std::string doc,
                                  std::unique_ptr<fault> (*make)(const arguments&));
/// A fault that answers every handshake with `answer`; `what` is how a firing is recorded.
[[nodiscard]] std::unique_ptr<fault> make_tls_fault(tls_answer answer, std::string what);

}  // namespace kitfox::fault
