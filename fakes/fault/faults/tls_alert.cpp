#include "fakes/fault/faults/tls.hpp"

namespace kitfox::fault::faults {

fault_kind tls_alert() {
  return tls_kind("tls_alert", "The TLS handshake is answered with the alert handshake_failure.",
                  [](const arguments&) { return make_tls_fault(tls_answer::alert, "alert"); });
}

}  // namespace kitfox::fault::faults
