#include "fakes/fault/cutting.hpp"

namespace kitfox::fault::faults {
namespace {

class idle_timeout_fault final : public cutting_fault {
 public:
  idle_timeout_fault(cut_kind how, runtime::duration after) : cutting_fault{how}, after_{after} {}

  void on_begin(fault_context& context) override {
    last_ = context.now();
    context.wake_at(last_ + after_);
  }
  void on_timer(fault_context& context) override {
    // Traffic only moves `last_`: one timer for each idle period, not for each chunk.
    if (last_ + after_ > context.now()) {
      context.wake_at(last_ + after_);
    } else {
      cut(context, last_ + after_);
    }
  }
  void on_end(side from, end_kind how, fault_context& context) override {
    last_ = context.now();
    cutting_fault::on_end(from, how, context);
  }
  void on_heal(fault_context& context) override { context.cancel_wake(); }

 protected:
  void on_live_bytes(side from, std::string bytes, fault_context& context) override {
    last_ = context.now();
    context.pass(from, std::move(bytes));
  }

 private:
  runtime::duration after_;
  runtime::mono_time last_{};
};

}  // namespace

fault_kind idle_timeout() {
  fault_kind kind;
  kind.name = "idle_timeout";
  kind.family = fault_family::middlebox;
  kind.doc =
      "A connection without a byte in either direction for so long is forgotten, as load balancers and NAT "
      "do.";
  kind.parameters = {{"after", parameter_type::span, "Idle time allowed.", std::nullopt},
                     cut_parameter("how", "silent")};
  kind.selectors = {};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<idle_timeout_fault>(cut_kind_of(values.text("how")), values.span("after"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
