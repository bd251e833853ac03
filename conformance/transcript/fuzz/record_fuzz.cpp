// A line of a transcript that anybody wrote: what is read is printed so that it reads the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "conformance/transcript/record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox::conformance;
  std::string why;
  const auto one = parse_record({reinterpret_cast<const char*>(bytes), size}, why);
  if (!one) {
    if (why.empty()) std::abort();
    return 0;
  }
  const std::string printed = print_record(*one);
  const auto again = parse_record(printed, why);
  if (!again || print_record(*again) != printed) std::abort();
  return 0;
}
