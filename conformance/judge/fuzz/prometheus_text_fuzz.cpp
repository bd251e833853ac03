// An exposition that a subject wrote: read without an end too early, and whole lines alone make samples.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conformance/judge/prometheus_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox::conformance;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const prometheus_text whole = parse_prometheus_text(text, false);
  const prometheus_text cut = parse_prometheus_text(text, true);
  for (const prometheus_sample& one : whole.samples)
    if (one.name.empty()) std::abort();
  // What is said of a cut text must not be worse.
  if (whole.error.empty() && !cut.error.empty()) std::abort();
  return 0;
}
