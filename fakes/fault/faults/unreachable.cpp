#include "fakes/fault/faults/dialling.hpp"

namespace kitfox::fault::faults {

fault_kind unreachable() {
  fault_kind kind = dial_kind("unreachable", "Dials fail because the network says there is no way.",
                              [](const arguments&) { return make_dial_fault(dial_answer::unreachable); });
  return kind;
}

}  // namespace kitfox::fault::faults
