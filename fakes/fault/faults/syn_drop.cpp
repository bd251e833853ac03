#include "fakes/fault/faults/dialling.hpp"

namespace kitfox::fault::faults {

fault_kind syn_drop() {
  fault_kind kind = dial_kind("syn_drop", "Dials get no answer at all and end by their own time limit.",
                              [](const arguments&) { return make_dial_fault(dial_answer::hang); });
  return kind;
}

}  // namespace kitfox::fault::faults
