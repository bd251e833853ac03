#include "fakes/fault/latency_model.hpp"

#include "fakes/fault/delay_line.hpp"
#include "fakes/fault/faults/list.hpp"
#include "fakes/fault/registry.hpp"

namespace kitfox::fault::faults {
namespace {

latency_model model_of(const arguments& values) {
  latency_model model;
  model.latency = values.span("delay");
  model.jitter = values.span("jitter");
  model.correlation = values.fraction("correlation");
  if (values.text("distribution") == "normal") model.shape = latency_model::distribution::normal;
  if (values.text("distribution") == "pareto") model.shape = latency_model::distribution::pareto;
  return model;
}

class latency_fault final : public fault {
 public:
  latency_fault(const latency_model& model, bool delays_dials) : model_{model}, dials_{delays_dials} {}

  void on_dial(path::dial_decision& decision, fault_context& context) override {
    // The request to connect goes one way, its answer the other.
    for (const side from : {side::client, side::server}) {
      if (dials_ && context.concerns_sender(from)) decision.delay += model_.draw(context.random(), last_);
    }
  }
  void on_bytes(side from, std::string bytes, fault_context& context) override {
    context.fired_once("delays", from);
    lines_.of(from).push(std::move(bytes), release_time(context));
    lines_.run(context);
  }
  void on_end(side from, end_kind how, fault_context& context) override {
    lines_.of(from).push_end(how, release_time(context));
    lines_.run(context);
  }
  void on_timer(fault_context& context) override { lines_.run(context); }
  // What is on its way keeps its time; what comes later waits only for that.
  void on_heal(fault_context&) override { model_ = {}; }
  bool on_change(const arguments& values, fault_context&) override {
    model_ = model_of(values);
    return true;
  }
  std::size_t held(side from) const override { return lines_.of(from).bytes(); }
  bool lives_on() const override { return !lines_.empty(); }

 private:
  runtime::mono_time release_time(fault_context& context) {
    return context.now() + model_.draw(context.random(), last_);
  }
  latency_model model_;
  bool dials_;
  double last_ = 0.0;
  delay_lines lines_;
};

std::unique_ptr<fault> make_latency(const arguments& values) {
  return std::make_unique<latency_fault>(model_of(values), true);
}

}  // namespace

fault_kind latency() {
  fault_kind kind;
  kind.name = "latency";
  kind.doc = "Every chunk takes longer, in order; a dial as much longer for each direction it concerns.";
  kind.parameters = {
      {"delay", parameter_type::span, "Mean delay, one way.", std::nullopt},
      {"jitter", parameter_type::span, "Spread around it.", "0"},
      {"distribution",
       parameter_type::choice,
       "How the delay varies.",
       "uniform",
       {"uniform", "normal", "pareto"}},
      {"correlation", parameter_type::fraction, "How much each delay resembles the one before.", "0"}};
  kind.make = make_latency;
  return kind;
}

fault_kind latency_of_bytes() {
  fault_kind kind = latency();
  kind.doc = "Every chunk takes longer, in order; dials do not.";
  kind.make = [](const arguments& values) -> std::unique_ptr<fault> {
    return std::make_unique<latency_fault>(model_of(values), false);
  };
  return kind;
}

}  // namespace kitfox::fault::faults
