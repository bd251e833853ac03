#pragma once
#include <string_view>

#if defined(__x86_64__) && defined(__GNUC__)
#define KITFOX_HAS_AVX2_CODE 1
#else
#define KITFOX_HAS_AVX2_CODE 0
#endif

#if KITFOX_HAS_AVX2_CODE
namespace kitfox::protocol::detail {

/// is_utf8() for a processor with AVX2, which the caller has checked for.
[[nodiscard]] bool is_utf8_avx2(std::string_view text) noexcept;

}  // namespace kitfox::protocol::detail
#endif
