// is_event_stream() takes any bytes, and parameters, letter case and blanks around it do not matter.
#include <cstdint>
#include <string>

#include "agent/content_type.hpp"
#include "runtime/assert.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using kitfox::agent::is_event_stream;
  const std::string text{reinterpret_cast<const char*>(bytes), size};
  const bool is = is_event_stream(text);
  KITFOX_ASSERT(is_event_stream(text + ";x=y") == is);
  KITFOX_ASSERT(is_event_stream(" \t" + text) == is);
  std::string shouted = text;
  for (char& c : shouted)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  KITFOX_ASSERT(is_event_stream(shouted) == is);
  return 0;
}
