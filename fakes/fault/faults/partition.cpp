#include "fakes/fault/faults/holding.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

class partition_fault final : public holding_fault {
 public:
  // One direction is enough: either the SYN or the answer to it is lost.
  void on_dial(path::dial_decision& decision, fault_context& context) override {
    decision.answer = dial_answer::hang;
    context.fired("hang", side::client);
  }
  void on_begin(fault_context&) override { hold(); }
};

std::unique_ptr<fault> make_partition(const arguments&) { return std::make_unique<partition_fault>(); }

}  // namespace

fault_kind partition() {
  fault_kind kind;
  kind.name = "partition";
  kind.doc = "Nothing gets through until it is healed, then what TCP sent again: all of it. Dials hang.";
  kind.selectors = {fault_kind::selector::direction};
  kind.make = make_partition;
  return kind;
}

}  // namespace kitfox::fault::faults
