#include "fakes/fault/gate.hpp"

#include <utility>

namespace kitfox::fault {

gate::gate(std::unique_ptr<fault> inner, const match& wanted) : inner_{std::move(inner)}, wanted_{wanted} {}

void gate::open() {
  if (open_) return;
  flush();
  open_ = true;
  inner_->on_begin(context());
}

void gate::send(side from, std::string_view raw) {
  if (!open_) {
    http_fault::send(from, raw);
  } else if (!raw.empty() && concerns(wanted_.way, from)) {
    inner_->on_bytes(from, std::string{raw}, context());
  } else {
    context().pass(from, std::string{raw});
  }
}

void gate::on_bytes(side from, std::string bytes, fault_context& to) {
  const call scope{*this, to};
  if (open_) {
    send(from, bytes);
    return;
  }
  tracker().feed(from, bytes, listener());
  if (!open_) return;
  // Nobody parses any more: what was held back to be understood goes through the fault too.
  tracker().finish(side::client, listener());
  tracker().finish(side::server, listener());
}

void gate::on_end(side from, end_kind how, fault_context& to) {
  if (!open_) {
    http_fault::on_end(from, how, to);
  } else if (concerns(wanted_.way, from)) {
    inner_->on_end(from, how, to);
  } else {
    to.pass_end(from, how);
  }
}

void gate::on_timer(fault_context& to) { inner_->on_timer(to); }

void gate::on_heal(fault_context& to) {
  http_fault::on_heal(to);
  const call scope{*this, to};
  if (open_) {
    inner_->on_heal(to);
    return;
  }
  tracker().finish(side::client, listener());
  tracker().finish(side::server, listener());
}

bool gate::on_change(const arguments& values, fault_context& to) {
  return open_ && inner_->on_change(values, to);
}

void gate::on_replaced(fault_context& to) {
  if (!open_) {
    on_heal(to);
    return;
  }
  http_fault::on_heal(to);
  inner_->on_replaced(to);
}

std::size_t gate::held(side from) const { return http_fault::held(from) + inner_->held(from); }

bool gate::lives_on() const { return open_ && inner_->lives_on(); }

bool gate::joins(const http_exchange&) {
  if (!wanted_.needs_event()) open();
  return true;
}

void gate::on_request(http_exchange&, http_piece what, std::string_view raw, const http_head*) {
  if (what == http_piece::head && !wanted_.needs_event() && !healed()) open();
  send(side::client, raw);
}

void gate::on_response(http_exchange& of, http_piece what, std::string_view raw, const http_head*) {
  const bool counts = what == http_piece::body && of.event_stream && wanted_.needs_event();
  while (counts && !open_ && !healed() && !raw.empty()) {
    sse_splitter& splitter = tracker().splitter();
    const sse_splitter::step step = splitter.feed(raw);
    send(side::server, raw.substr(0, step.used));
    raw.remove_prefix(step.used);
    if (step.oversize) static_cast<void>(splitter.take_partial());
    if (!step.complete) continue;
    const bool whole = !splitter.begun_before();
    const sse_block block = splitter.take_block();
    if (whole && !block.type.empty() && context().selects_event(block.type)) open();
  }
  send(side::server, raw);
}

}  // namespace kitfox::fault
