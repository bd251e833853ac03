#include "fakes/fault/faults/dialling.hpp"

namespace kitfox::fault::faults {

fault_kind reset_after_accept() {
  fault_kind kind =
      dial_kind("reset_after_accept", "Dials succeed and the connection is reset at once.",
                [](const arguments&) { return make_dial_fault(dial_answer::reset_after_accept); });
  return kind;
}

}  // namespace kitfox::fault::faults
