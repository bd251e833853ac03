// A file of faults that anybody wrote: it ends with rules that a script takes, or with a mistake and its
// place.
#include <cstdint>
#include <string_view>

#include "fakes/kube/fault_file.hpp"
#include "runtime/assert.hpp"

using namespace kitfox::kube;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  diagnostics where;
  auto rules = load_faults({reinterpret_cast<const char*>(data), size}, where,
                           {.bytes_max = 65'536, .values_max = 20'000});
  if (!rules) {
    KITFOX_ASSERT(rules.error().failed() && !where.text().empty());
    return 0;
  }
  KITFOX_ASSERT(rules->size() <= fault_script::rules_max);
  fault_script script;
  for (fault_rule& rule : *rules) KITFOX_ASSERT(script.add(std::move(rule)));
  return 0;
}
