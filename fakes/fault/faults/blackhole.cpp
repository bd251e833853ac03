#include "fakes/fault/cutting.hpp"

namespace kitfox::fault::faults {

fault_kind blackhole() {
  fault_kind kind;
  kind.name = "blackhole";
  kind.family = fault_family::connection;
  kind.doc =
      "Everything vanishes and nobody is told; a connection that was caught never comes back, also after "
      "healing.";
  kind.parameters = {{"after", parameter_type::span, "Time from when it begins on the connection.", "0"}};
  kind.standard_taken = taken::established;
  kind.selectors = {fault_kind::selector::direction, fault_kind::selector::request,
                    fault_kind::selector::event};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<timed_cut>(cut_kind::silent, values.span("after"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
