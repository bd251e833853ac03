#include "fakes/fault/cutting.hpp"

namespace kitfox::fault::faults {

fault_kind cut_established() {
  fault_kind kind;
  kind.name = "cut_established";
  kind.family = fault_family::link;
  kind.doc =
      "Established connections are cut, new ones are welcome: a drained load balancer, a flushed conntrack "
      "table.";
  kind.parameters = {{"after", parameter_type::span, "Time from when it begins on the connection.", "0"},
                     cut_parameter("how", "rst")};
  kind.standard_taken = taken::established;
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<timed_cut>(cut_kind_of(values.text("how")), values.span("after"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
