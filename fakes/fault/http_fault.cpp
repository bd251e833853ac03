#include "fakes/fault/http_fault.hpp"

#include <algorithm>
#include <utility>

#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {
constexpr std::size_t slot_of(side from) noexcept { return from == side::client ? 0 : 1; }
}  // namespace

fault_context& http_fault::context() const {
  KITFOX_ASSERT(context_ != nullptr);
  return *context_;
}

void http_fault::on_begin(fault_context& to) {
  const call scope{*this, to};
  tracker_ = to.http_so_far();
  tracker_.forget_held();
  for (http_exchange& one : tracker_.exchanges()) {
    one.selected = !one.response_done && to.selects_ongoing(one.method, one.target) && joins(one);
  }
}

void http_fault::on_bytes(side from, std::string bytes, fault_context& to) {
  const call scope{*this, to};
  tracker_.feed(from, bytes, *this);
}

void http_fault::on_end(side from, end_kind how, fault_context& to) {
  const call scope{*this, to};
  tracker_.finish(from, *this);
  if (from == side::server && on_server_end(how)) return;
  flush();
  to.pass_end(from, how);
}

void http_fault::on_heal(fault_context& to) {
  const call scope{*this, to};
  healed_ = true;
}

std::size_t http_fault::held(side from) const { return tracker_.held(from); }

/// A healed fault stays while a message that it may have touched, or began to hold, is under way.
bool http_fault::lives_on() const {
  const auto& exchanges = const_cast<http_fault*>(this)->tracker_.exchanges();
  return tracker_.held(side::client) > 0 || tracker_.held(side::server) > 0 ||
         std::any_of(exchanges.begin(), exchanges.end(),
                     [](const http_exchange& one) { return one.selected; });
}

void http_fault::send(side from, std::string_view raw) { out_[slot_of(from)].append(raw); }

void http_fault::flush() {
  for (const side from : {side::client, side::server}) {
    std::string& gathered = out_[slot_of(from)];
    if (!gathered.empty()) context().pass(from, std::exchange(gathered, {}));
  }
}

void http_fault::answer_client(http_exchange& of, std::string answer) {
  // The server never hears of the request, so no response to it will come.
  of.response_done = true;
  http_exchange* last_pending = nullptr;
  for (http_exchange& one : tracker_.exchanges()) {
    if (&one == &of) break;
    if (!one.response_done) last_pending = &one;
  }
  if (last_pending != nullptr) {
    last_pending->then += answer;
  } else {
    send(side::server, answer);
  }
}

void http_fault::record(std::string what, const http_exchange& of, side from) {
  flush();
  context().fired(std::move(what), from, context().now(), of.target);
}

void http_fault::record_event(std::string what, const sse_block& block) {
  flush();
  context().fired(std::move(what), side::server, context().now(), block.id);
}

void http_fault::on_request_piece(http_exchange& of, http_piece what, std::string_view raw,
                                  const http_head* head) {
  if (what == http_piece::head && !healed_ && watching()) {
    of.selected = tracker_.parser(side::client).piece_begun_before()
                      ? context().selects_ongoing(of.method, of.target) && joins(of)
                      : context().selects_request(of.method, of.target);
  }
  if (of.selected) {
    on_request(of, what, raw, head);
  } else {
    send(side::client, raw);
  }
}

void http_fault::on_request_end(http_exchange& of) {
  if (of.selected) on_request_complete(of);
}

void http_fault::on_response_piece(http_exchange& of, http_piece what, std::string_view raw,
                                   const http_head* head) {
  if (of.selected && head != nullptr && tracker_.parser(side::server).piece_begun_before()) {
    // Part of the head has gone to the client: it is too late for whoever works on heads.
    of.selected = joins(of);
    send(side::server, raw);
  } else if (of.selected) {
    on_response(of, what, raw, head);
  } else {
    send(side::server, raw);
  }
}

void http_fault::on_response_end(http_exchange& of) {
  if (of.selected) on_response_complete(of);
  send(side::server, std::exchange(of.then, {}));
}

void http_fault::on_other_bytes(side from, std::string_view raw) { send(from, raw); }

}  // namespace kitfox::fault
