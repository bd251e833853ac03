#include "conformance/run/fresh_start.hpp"

namespace kitfox::conformance {
namespace {

/// As it stands in the query of a request for a stream; empty: none.
std::string instance_of(const std::string& target) {
  constexpr std::string_view name = "instance_id=";
  if (target.find("/agent/connect") == std::string::npos) return {};
  const std::size_t query = target.find('?');
  if (query == std::string::npos) return {};
  for (std::size_t at = query; at != std::string::npos; at = target.find('&', at + 1)) {
    if (target.compare(at + 1, name.size(), name) != 0) continue;
    const std::size_t begin = at + 1 + name.size();
    return target.substr(begin, target.find('&', begin) - begin);
  }
  return {};
}

}  // namespace

std::string stale_agent(const transcript& of, std::set<std::string>& earlier) {
  std::set<std::string> here;
  for (const record& one : of.records())
    if (one.kind == record_kind::http_request)
      if (std::string instance = instance_of(one.target); !instance.empty()) here.insert(std::move(instance));
  std::string found;
  for (const std::string& one : here)
    if (earlier.contains(one)) found = one;
  earlier.insert(here.begin(), here.end());
  return found;
}

}  // namespace kitfox::conformance
