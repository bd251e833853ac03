#include "fakes/kube/fault_script.hpp"

#include <algorithm>

namespace kitfox::kube {

bool request_match::matches(const access_attributes& asked, const user_identity& by) const {
  const auto fits = [](const std::string& wanted, std::string_view actual) {
    return wanted.empty() || wanted == actual;
  };
  if (!path_prefix.empty() && !std::string_view{asked.path}.starts_with(path_prefix)) return false;
  if (!fits(verb, asked.verb) || !fits(user, by.name)) return false;
  if (!asked.is_resource) return group.empty() && resource.empty() && ns.empty() && name.empty();
  return fits(group, asked.api_group.empty() ? "core" : std::string_view{asked.api_group}) &&
         fits(resource, asked.resource_path()) && fits(ns, asked.ns) && fits(name, asked.name);
}

bool fault_script::add(fault_rule rule) {
  remove(rule.id);
  if (entries_.size() >= rules_max) return false;
  entries_.push_back({std::move(rule)});
  return true;
}

bool fault_script::add_first(fault_rule rule) {
  remove(rule.id);
  if (entries_.size() >= rules_max) return false;
  entries_.insert(entries_.begin(), {std::move(rule)});
  return true;
}

void fault_script::remove_for(const request_match& match) {
  std::erase_if(entries_, [&](const entry& candidate) { return candidate.rule.match == match; });
}

void fault_script::remove(std::string_view id) {
  std::erase_if(entries_, [&](const entry& candidate) { return candidate.rule.id == id; });
}

void fault_script::clear() { entries_.clear(); }

std::uint64_t fault_script::fired(std::string_view id) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const entry& candidate) { return candidate.rule.id == id; });
  return found == entries_.end() ? 0 : found->fired;
}

const fault_rule* fault_script::on_request(const access_attributes& asked, const user_identity& by) {
  for (entry& candidate : entries_) {
    if (!candidate.rule.match.matches(asked, by)) continue;
    ++candidate.matched;
    const bool due = candidate.matched > candidate.rule.skip_count;
    const bool spent = candidate.rule.fire_count > 0 && candidate.fired >= candidate.rule.fire_count;
    if (!due || spent) continue;
    ++candidate.fired;
    if (candidate.rule.on_fired) candidate.rule.on_fired();
    return &candidate.rule;
  }
  return nullptr;
}

}  // namespace kitfox::kube
