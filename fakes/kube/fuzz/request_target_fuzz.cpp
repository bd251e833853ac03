#include <cstdint>
#include <string_view>

#include "fakes/kube/list_options.hpp"
#include "fakes/kube/list_pages.hpp"
#include "fakes/kube/request_info.hpp"
#include "runtime/assert.hpp"

using namespace kitfox::kube;

// First line: method; the rest: target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::size_t line = text.find('\n');
  const std::string_view method = text.substr(0, line);
  const std::string_view target = line == std::string_view::npos ? std::string_view{} : text.substr(line + 1);
  const request_info info = parse_request_info(method, target);
  const access_attributes& asked = info.attributes;
  KITFOX_ASSERT(info.malformed || !asked.is_resource || !asked.resource.empty() || info.part_count > 0);
  KITFOX_ASSERT(!asked.subresource.empty() ? info.part_count >= 3 || info.malformed : true);
  for (const resource_type& type : all_resources().subspan(0, 6)) {
    const auto options =
        parse_list_options(type, info.target, list_or_watch::list, watch_list_support::served);
    KITFOX_ASSERT(options.has_value() || options.error().code >= 400);
    if (!options) continue;
    const auto position = parse_continue(options->continue_token);
    if (position) KITFOX_ASSERT(!position->start.empty());
  }
  return 0;
}
