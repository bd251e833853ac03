// The loader takes files that anybody wrote: whatever they hold, it ends with cases or with mistakes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conformance/scenario/scenario.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox::conformance;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const loaded result = load_scenario_text(text, "fuzz.yaml", {{}, load_options::fixtures::not_looked_at});
  if (result.cases.empty() == result.errors.empty()) std::abort();
  return 0;
}
