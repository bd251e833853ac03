#include <cstdint>
#include <string_view>

#include "fakes/kube/field_selector.hpp"
#include "fakes/kube/label_selector.hpp"
#include "runtime/assert.hpp"

using namespace kitfox::kube;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const json labels{{"app", "cart"}, {"tier", "backend"}, {"n", "3"}};
  if (const auto selector = parse_label_selector(text)) {
    for (const label_requirement& requirement : selector->requirements())
      KITFOX_ASSERT(!requirement.key.empty());
    KITFOX_ASSERT(selector->matches(labels) == selector->matches(labels));
  } else {
    KITFOX_ASSERT(selector.error().code == 400 && !selector.error().message.empty());
  }
  if (const auto selector = parse_field_selector(text)) {
    const resource_type& pods = *find_resource("", "v1", "pods");
    if (check_fields(pods, *selector)) {
      const bool matched = selector->matches(json_slice{R"({"metadata":{"name":"x"}})"});
      KITFOX_ASSERT(matched || !selector->empty());
    }
  }
  return 0;
}
