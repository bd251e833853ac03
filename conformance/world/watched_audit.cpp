#include "conformance/world/watched_audit.hpp"

#include <algorithm>

#include "conformance/world/names.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::size_t audit_page = 1000;

void record_line(const gateway::audit_line& line, const char* seen, recorder& into, runtime::mono_time t) {
  into.log(gateway_node, "audit", {{"line", line.text}, {"seen", seen}}, t);
}

}  // namespace

bool concerns_audit(const scenario& what) {
  return std::any_of(what.verifies.begin(), what.verifies.end(),
                     [](const requirement_reference& one) { return one.id.starts_with("AUD-"); });
}

void record_audit(const std::string& path, recorder& into, runtime::mono_time t) {
  const auto audit = gateway::audit_store::open_to_read(path);
  if (!audit) return;
  for (std::uint64_t last = 0;;) {
    const auto lines = (*audit)->read(last, audit_page);
    if (!lines || lines->empty()) return;
    for (const gateway::audit_line& line : *lines) record_line(line, "read", into, t);
    last = lines->back().sequence;
  }
}

runtime::task<runtime::error_code> watched_audit::append(std::span<const gateway::audit_line> lines) {
  if (!works && met) met();
  if (!works) co_return gateway::make_error_code(gateway::gateway_errc::audit_failed);
  const runtime::error_code failure = co_await inner_.append(lines);
  if (failure || how_ == recording::off) co_return failure;
  for (const gateway::audit_line& line : lines) record_line(line, "written", into_, time_.now());
  co_return failure;
}

}  // namespace kitfox::conformance
