#include "fakes/fault/registry.hpp"
#include "fakes/fault/sse_fault.hpp"

namespace kitfox::fault::faults {
namespace {

class drop final : public sse_fault {
  void on_block(const sse_block& block) override {
    if (selects(block)) {
      record_event("drop", block);
    } else {
      emit(block.raw);
    }
  }
};

}  // namespace

fault_kind sse_drop() {
  fault_kind kind;
  kind.name = "sse_drop";
  kind.family = fault_family::sse;
  kind.doc = "An event is missing.";
  kind.selectors = {fault_kind::selector::request, fault_kind::selector::event};
  kind.make = [](const arguments&) -> std::unique_ptr<fault> { return std::make_unique<drop>(); };
  return kind;
}

}  // namespace kitfox::fault::faults
