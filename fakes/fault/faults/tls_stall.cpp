#include "fakes/fault/faults/tls.hpp"

namespace kitfox::fault::faults {

fault_kind tls_stall() {
  return tls_kind("tls_stall", "The TLS handshake is never answered.",
                  [](const arguments&) { return make_tls_fault(tls_answer::stall, "stall"); });
}

}  // namespace kitfox::fault::faults
