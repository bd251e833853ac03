# Called at build time by kitfox_embed: writes SOURCE as a raw string into OUTPUT.
file(READ "${SOURCE}" text)
set(delimiter "kitfox_text")
file(WRITE "${OUTPUT}" "#include <string_view>

namespace kitfox::conformance {

std::string_view ${FUNCTION}() noexcept;

std::string_view ${FUNCTION}() noexcept {
  return R\"${delimiter}(")
file(APPEND "${OUTPUT}" "${text}")
file(APPEND "${OUTPUT}" ")${delimiter}\";
}

}  // namespace kitfox::conformance
")
