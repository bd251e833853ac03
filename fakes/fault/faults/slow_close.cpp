#include "fakes/fault/delay_line.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

class slow_close_fault final : public fault {
 public:
  explicit slow_close_fault(runtime::duration delay) : delay_{delay} {}
  void on_end(side from, end_kind how, fault_context& context) override {
    context.fired("delays the end", from);
    lines_.of(from).push_end(how, context.now() + delay_);
    lines_.run(context);
  }
  void on_timer(fault_context& context) override { lines_.run(context); }
  void on_heal(fault_context& context) override {
    lines_.hurry(context.now());
    lines_.run(context);
  }
  bool on_change(const arguments& values, fault_context&) override {
    delay_ = values.span("delay");
    return true;
  }

 private:
  runtime::duration delay_;
  delay_lines lines_;
};

}  // namespace

fault_kind slow_close() {
  fault_kind kind;
  kind.name = "slow_close";
  kind.family = fault_family::connection;
  kind.doc = "The end of a direction reaches the other side late.";
  kind.parameters = {{"delay", parameter_type::span, "How late.", std::nullopt}};
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<slow_close_fault>(values.span("delay"));
  };
  return kind;
}

}  // namespace kitfox::fault::faults
