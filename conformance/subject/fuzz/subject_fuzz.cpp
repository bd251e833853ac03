// A subject file that anybody wrote: it ends with a subject or with mistakes.
#include <cstdint>
#include <string>
#include <string_view>

#include "conformance/subject/load_subject.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox::conformance;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  static_cast<void>(load_subject_text(text, "fuzz.yaml"));
  static_cast<void>(parse_known_failure(text));
  return 0;
}
