#include "gateway/refusal_audit.hpp"

namespace kitfox::gateway {

refusal_audit::refusal_audit(runtime::host& on, audit_log& to, const gateway_limits& limits,
                             runtime::deadline_queue& timers)
    : host_{on}, audit_{to}, limits_{limits}, ledger_{limits}, timer_{timers, [this] { on_due(); }} {}

void refusal_audit::note(const audit_record& refusal) {
  const runtime::mono_time now = host_.clock().now();
  if (ledger_.may_write(refusal, now) && audit_.has_room(audit_room::refusals)) {
    static_cast<void>(audit_.append(refusal, audit_room::refusals));  // it has room
    return;
  }
  const bool first = !ledger_.due();
  ledger_.count(refusal, now, host_.clock().wall_now());
  if (first) timer_.arm(*ledger_.due());
}

void refusal_audit::write_summaries() {
  for (const refusal_summary& one : ledger_.take_all()) {
    audit_record record;
    record.kind = audit_kind::refusals;
    record.actor = one.actor;
    record.key_id = one.key_id;
    record.outcome = one.outcome;
    record.peer = one.peer;
    record.count = one.count;
    record.first = one.first;
    record.last = one.last;
    // A full backlog is counted by the log itself.
    static_cast<void>(audit_.append(record));
  }
}

void refusal_audit::on_due() {
  if (audit_.has_room(audit_room::refusals))
    write_summaries();
  else
    timer_.arm_in(limits_.connect_window);
}

void refusal_audit::finish() { write_summaries(); }

}  // namespace kitfox::gateway
