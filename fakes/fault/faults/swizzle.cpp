#include "fakes/fault/faults/holding.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

/// Stops connections one after the other and lets them go in another order: each draws its two moments alone.
class swizzle_fault final : public holding_fault {
 public:
  explicit swizzle_fault(runtime::duration over) : over_{over} {}
  void on_begin(fault_context& context) override {
    stops_ = context.now() + context.random().between({}, over_);
    goes_on_ = context.now() + over_ + context.random().between({}, over_);
    context.wake_at(stops_);
  }
  void on_timer(fault_context& context) override {
    if (holding()) {
      release(context);
      return;
    }
    hold();
    context.fired("stop", side::server, stops_);
    context.wake_at(goes_on_);
  }

 private:
  runtime::duration over_;
  runtime::mono_time stops_{}, goes_on_{};
};

std::unique_ptr<fault> make_swizzle(const arguments& values) {
  return std::make_unique<swizzle_fault>(values.span("over"));
}

}  // namespace

fault_kind swizzle() {
  fault_kind kind;
  kind.name = "swizzle";
  kind.doc = "Connections stop one by one and go on one by one, in another order.";
  kind.parameters = {{"over", parameter_type::span,
                      "All have stopped after so long, and all go on after twice.", std::nullopt}};
  kind.standard_taken = taken::established;
  kind.make = make_swizzle;
  return kind;
}

}  // namespace kitfox::fault::faults
