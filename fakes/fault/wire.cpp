#include "fakes/fault/wire.hpp"

namespace kitfox::fault {

wire::wire(const link_properties& properties) : instant_{true}, senders_{serializer{0}, serializer{0}} {
  set(properties);
}

void wire::set(const link_properties& properties) {
  model_.latency = properties.latency;
  model_.jitter = properties.jitter;
  for (serializer& one : senders_) one.set_rate(properties.rate_bytes_per_second);
  instant_ = properties.latency == runtime::duration::zero() && properties.rate_bytes_per_second == 0;
}

runtime::duration wire::delay(fault_context& context) {
  if (model_.jitter == runtime::duration::zero()) return model_.latency;
  return model_.draw(context.random(), last_deviation_);
}

void wire::on_dial(path::dial_decision& decision, fault_context& context) {
  decision.delay += delay(context) + delay(context);
}

void wire::on_bytes(side from, std::string bytes, fault_context& context) {
  if (instant_ && lines_.empty()) {
    context.pass(from, std::move(bytes));
    return;
  }
  serializer& sender = senders_[from == side::client ? 0 : 1];
  sender.send(std::move(bytes), context.now(), [&](std::string piece, runtime::mono_time left) {
    lines_.of(from).push(std::move(piece), left + delay(context));
  });
  lines_.run(context);
}

void wire::on_end(side from, end_kind how, fault_context& context) {
  lines_.of(from).push_end(how, context.now() + delay(context));
  lines_.run(context);
}

void wire::on_timer(fault_context& context) { lines_.run(context); }

}  // namespace kitfox::fault
