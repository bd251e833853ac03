// Both alphabets: what is encoded decodes to itself, and what decodes has one encoding.
#include <cstdint>
#include <string_view>

#include "runtime/assert.hpp"
#include "runtime/base64.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox::runtime;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  KITFOX_ASSERT(base64_decode(base64_encode(text)) == text);
  KITFOX_ASSERT(base64url_decode(base64url_encode(text)) == text);
  if (const auto decoded = base64_decode(text))
    KITFOX_ASSERT(base64_decode(base64_encode(*decoded)) == decoded);
  if (const auto decoded = base64url_decode(text))
    KITFOX_ASSERT(base64url_decode(base64url_encode(*decoded)) == decoded);
  return 0;
}
