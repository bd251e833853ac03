#include "gateway/refusal_ledger.hpp"

namespace kitfox::gateway {

namespace {
std::string_view source_of(const audit_record& refusal) {
  return refusal.peer.empty() ? refusal.actor : refusal.peer;
}

/// Keeps of `text` what others share with it.
void share(std::string& text, std::string_view with) {
  if (text != with) text.clear();
}
}  // namespace

refusal_ledger::refusal_ledger(const gateway_limits& limits)
    : limits_{limits},
      by_source_{{limits.refusals_audited_per_peer_max, limits.connect_window, limits.connect_keys_max}},
      all_{{limits.refusals_audited_max, limits.connect_window, 1}} {}

bool refusal_ledger::may_write(const audit_record& refusal, runtime::mono_time now) {
  return !by_source_.acquire(source_of(refusal), now) && !all_.acquire("all", now);
}

void refusal_ledger::count(const audit_record& refusal, runtime::mono_time now, runtime::wall_time at) {
  if (counted_.empty()) due_ = now + limits_.connect_window;
  std::pair<std::string, std::string> name{source_of(refusal), refusal.outcome};
  const bool of_its_own = counted_.size() < limits_.refusal_summaries_max || counted_.contains(name);
  if (!of_its_own) name = {};
  refusal_summary& one = counted_[name];
  if (one.count++ == 0) {
    one.first = at;
    one.outcome = of_its_own ? std::string{refusal.outcome} : "various";
    if (of_its_own) {
      one.peer = refusal.peer;
      one.actor = refusal.actor;
      one.key_id = refusal.key_id;
    }
  }
  one.last = at;
  share(one.actor, refusal.actor);
  share(one.key_id, refusal.key_id);
}

std::vector<refusal_summary> refusal_ledger::take_all() {
  std::vector<refusal_summary> all;
  all.reserve(counted_.size());
  for (auto& [name, one] : counted_) all.push_back(std::move(one));
  counted_.clear();
  due_.reset();
  return all;
}

}  // namespace kitfox::gateway
