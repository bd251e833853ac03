#include "fakes/fault/faults/holding.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

class hold_fault final : public holding_fault {
 public:
  explicit hold_fault(runtime::duration lasts) : lasts_{lasts} {}
  void on_begin(fault_context& context) override {
    hold();
    begun_ = context.now();
    set_wake(context);
  }
  bool on_change(const arguments& values, fault_context& context) override {
    lasts_ = values.span("lasts");
    if (holding()) set_wake(context);
    return true;
  }
  void on_timer(fault_context& context) override { release(context); }

 private:
  void set_wake(fault_context& context) {
    context.cancel_wake();
    if (lasts_ > runtime::duration::zero()) context.wake_at(begun_ + lasts_);
  }
  runtime::duration lasts_;
  runtime::mono_time begun_{};
};

std::unique_ptr<fault> make_hold(const arguments& values) {
  return std::make_unique<hold_fault>(values.span("lasts"));
}

}  // namespace

fault_kind hold() {
  fault_kind kind;
  kind.name = "hold";
  kind.doc = "Bytes are held back and released as one burst; dials go through.";
  kind.parameters = {
      {"lasts", parameter_type::span, "Released after so long on each connection; 0: when healed.", "0"}};
  kind.make = make_hold;
  return kind;
}

}  // namespace kitfox::fault::faults
