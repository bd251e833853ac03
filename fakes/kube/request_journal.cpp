#include "fakes/kube/request_journal.hpp"

namespace kitfox::kube {

void request_journal::add(request_record record) {
  record.serial = ++total_;
  const access_attributes& asked = record.attributes;
  counter_key key{record.user.name,  asked.is_resource, asked.is_resource ? std::string{} : asked.path,
                  asked.verb,        asked.api_group,   asked.resource,
                  asked.subresource, asked.ns,          record.status};
  if (const auto found = counters_.find(key); found != counters_.end()) {
    ++found->second;
  } else if (counters_.size() < limits_.counters_max) {
    counters_.emplace(std::move(key), 1);
  }
  records_.push_back(std::move(record));
  if (records_.size() > limits_.records_max) records_.pop_front();
  if (listener_ && !records_.empty()) listener_(records_.back());
}

std::uint64_t request_journal::count(const request_match& match, std::optional<int> status) const {
  std::uint64_t sum = 0;
  if (!match.name.empty() || (!match.path_prefix.empty())) {
    for (const request_record& record : records_) {
      if (status && record.status != *status) continue;
      if (match.matches(record.attributes, record.user)) ++sum;
    }
    return sum;
  }
  for (const auto& [key, count] : counters_) {
    access_attributes asked;
    asked.is_resource = key.is_resource;
    asked.path = key.path;
    asked.verb = key.verb;
    asked.api_group = key.group;
    asked.resource = key.resource;
    asked.subresource = key.subresource;
    asked.ns = key.ns;
    if (status && key.status != *status) continue;
    if (match.matches(asked, {key.user, {}, {}, {}})) sum += count;
  }
  return sum;
}

}  // namespace kitfox::kube
