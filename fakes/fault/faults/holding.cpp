#include "fakes/fault/faults/holding.hpp"

#include <utility>

namespace kitfox::fault {

void holding_fault::on_bytes(side from, std::string bytes, fault_context& context) {
  if (!holding_) {
    context.pass(from, std::move(bytes));
    return;
  }
  if (!std::exchange(fired_, true)) context.fired("hold", from);
  lines_.of(from).push(std::move(bytes), never);
}

void holding_fault::on_end(side from, end_kind how, fault_context& context) {
  if (!holding_) {
    context.pass_end(from, how);
    return;
  }
  if (!std::exchange(fired_, true)) context.fired("hold", from);
  lines_.of(from).push_end(how, never);
}

void holding_fault::release(fault_context& context) {
  holding_ = false;
  fired_ = false;
  // A wake that derived faults asked for stays theirs: nothing is left for the lines to wait for.
  for (const side from : {side::client, side::server}) {
    lines_.of(from).hurry(context.now());
    lines_.of(from).release_due(from, context);
  }
}

void holding_fault::on_heal(fault_context& context) {
  context.cancel_wake();
  release(context);
}

}  // namespace kitfox::fault
