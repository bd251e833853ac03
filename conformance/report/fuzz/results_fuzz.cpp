// A results.json that anybody wrote: it is read, or refused with a reason.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "conformance/report/results_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox::conformance;
  std::string why;
  const auto read = parse_results({reinterpret_cast<const char*>(bytes), size}, why);
  if (read.has_error() && why.empty()) std::abort();
  return 0;
}
