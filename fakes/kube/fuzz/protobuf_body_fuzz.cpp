#include <cstdint>
#include <string_view>

#include "fakes/kube/protobuf_body.hpp"
#include "runtime/assert.hpp"

using namespace kitfox::kube;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto decoded = decode_protobuf_body({reinterpret_cast<const char*>(data), size});
  KITFOX_ASSERT(decoded ? decoded->is_object() : decoded.error().code == 400);
  return 0;
}
