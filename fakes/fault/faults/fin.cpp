#include "fakes/fault/cutting.hpp"

namespace kitfox::fault::faults {

fault_kind fin() {
  fault_kind kind;
  kind.name = "fin";
  kind.family = fault_family::connection;
  kind.doc = "The connection ends in order, as seen by both ends, whether busy or idle.";
  kind.parameters = {{"after", parameter_type::span, "Time from when it begins on the connection.", "0"}};
  kind.standard_taken = taken::established;
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<timed_cut>(cut_kind::fin, values.span("after"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
