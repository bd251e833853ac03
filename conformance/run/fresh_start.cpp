#include "conformance/run/fresh_start.hpp"

#include "conformance/judge/evidence.hpp"

namespace kitfox::conformance {

std::string stale_agent(const transcript& of, std::set<std::string>& earlier) {
  const evidence about{of};
  std::set<std::string> here;
  for (const stream& one : about.streams)
    if (!one.instance.empty()) here.insert(one.instance);
  std::string found;
  for (const std::string& one : here)
    if (earlier.contains(one)) found = one;
  earlier.insert(here.begin(), here.end());
  return found;
}

}  // namespace kitfox::conformance
