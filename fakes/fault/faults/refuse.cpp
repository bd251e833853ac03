#include "fakes/fault/faults/dialling.hpp"

namespace kitfox::fault::faults {

fault_kind refuse() {
  fault_kind kind = dial_kind("refuse", "Dials are answered with RST: connection refused.",
                              [](const arguments&) { return make_dial_fault(dial_answer::refuse); });
  kind.refuses_dials = true;
  return kind;
}

}  // namespace kitfox::fault::faults
