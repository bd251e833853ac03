#include <cstdint>
#include <string_view>

#include "fakes/kube/object_defaults.hpp"
#include "fakes/kube/yaml_objects.hpp"
#include "runtime/assert.hpp"

using namespace kitfox::kube;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  diagnostics where;
  auto file = load_objects(text, where, {.bytes_max = 65'536, .values_max = 20'000});
  if (!file) {
    KITFOX_ASSERT(file.error().failed() && !where.message.empty());
    return 0;
  }
  for (loaded_object& object : file->objects) {
    KITFOX_ASSERT(object.type != nullptr && !text_at(object.body, {"metadata", "name"}).empty());
    apply_defaults(*object.type, object.body);
    KITFOX_ASSERT(parse_json(print_json(object.body)).has_value());
  }
  return 0;
}
