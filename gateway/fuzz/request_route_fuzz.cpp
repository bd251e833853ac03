// Any method and path against a table of routes: an id that is handed out has the form that ids have (BAD-4).
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "gateway/request_route.hpp"
#include "runtime/assert.hpp"

namespace {

using namespace kitfox::gateway;

constexpr std::array<route_rule<int>, 4> rules{{
    {"GET", "internal/clusters/*", 1},
    {"POST", "agent/response/*", 2},
    {"DELETE", "api/v1/team/k8s-clusters/*/keys/*", 3},
    {"GET", "health", 4},
}};

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view path{reinterpret_cast<const char*>(bytes), size};
  for (const std::string_view method : {"GET", "POST", "DELETE", ""}) {
    const auto found = match_route<int>(rules, method, path);
    KITFOX_ASSERT((found.verdict == route_verdict::other_method) == !found.allow.empty());
    if (found.verdict != route_verdict::matched) continue;
    KITFOX_ASSERT(found.ids.size() == (found.target == 3 ? 2U : found.target == 4 ? 0U : 1U));
    KITFOX_ASSERT(std::all_of(found.ids.begin(), found.ids.end(), is_id));
  }
  return 0;
}
