#include "protocol/utf8.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "protocol/utf8_avx2.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace kitfox::protocol {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::uint8_t byte_at(const char* at) noexcept { return static_cast<std::uint8_t>(*at); }

struct sequence {
  std::size_t size;  ///< Bytes to consume, at least 1.
  bool well_formed;
};

/// Range of the second byte, and number of continuation bytes (Unicode 15, table 3-7).
struct lead {
  std::uint8_t continuation_count;
  std::uint8_t second_min;
  std::uint8_t second_max;
};

lead classify_lead(std::uint8_t byte) noexcept {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {0, 0, 0};
}

/// The character or maximal ill-formed part at `at`, whose first byte is not ASCII.
sequence read_sequence(const char* at, const char* end) noexcept {
  const lead first = classify_lead(byte_at(at));
  if (first.continuation_count == 0) return {1, false};
  std::uint8_t low = first.second_min;
  std::uint8_t high = first.second_max;
  for (std::size_t index = 1; index <= first.continuation_count; ++index) {
    if (at + index == end || byte_at(at + index) < low || byte_at(at + index) > high) return {index, false};
    low = 0x80;
    high = 0xBF;
  }
  return {first.continuation_count + std::size_t{1}, true};
}

/// The first byte that is not ASCII, or `end`.
const char* skip_ascii(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  for (; end - at >= 64; at += 64) {
    const auto* block = reinterpret_cast<const __m128i*>(at);
    const __m128i low = _mm_or_si128(_mm_loadu_si128(block), _mm_loadu_si128(block + 1));
    const __m128i high = _mm_or_si128(_mm_loadu_si128(block + 2), _mm_loadu_si128(block + 3));
    if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0) break;
  }
  for (; end - at >= 16; at += 16) {
    const int mask = _mm_movemask_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
    if (mask != 0) return at + std::countr_zero(static_cast<unsigned>(mask));
  }
#endif
  for (; end - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (at != end && byte_at(at) < 0x80) ++at;
  return at;
}

/// Calls `on_part(text, well_formed)` for runs of well-formed text and for each maximal ill-formed part, in
/// order.
template <class OnPart>
void split_parts(std::string_view text, OnPart on_part) {
  const char* run = text.data();
  const char* at = run;
  const char* const end = at + text.size();
  while (at != end) {
    at = skip_ascii(at, end);
    if (at == end) break;
    const sequence found = read_sequence(at, end);
    if (!found.well_formed) {
      on_part(std::string_view{run, static_cast<std::size_t>(at - run)}, true);
      on_part(std::string_view{at, found.size}, false);
      run = at + found.size;
    }
    at += found.size;
  }
  on_part(std::string_view{run, static_cast<std::size_t>(end - run)}, true);
}

bool is_utf8_portable(const char* at, const char* end) noexcept {
  for (;;) {
    // Characters of one script come in runs, so that looking for ASCII after each would cost more than it
    // saves.
    while (at != end && byte_at(at) >= 0x80) {
      const sequence found = read_sequence(at, end);
      if (!found.well_formed) return false;
      at += found.size;
    }
    at = skip_ascii(at, end);
    if (at == end) return true;
  }
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  at = skip_ascii(at, end);
  if (at == end) return true;
#if KITFOX_HAS_AVX2_CODE
  constexpr std::ptrdiff_t worthwhile_size = 32;
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2 && end - at >= worthwhile_size)
    return detail::is_utf8_avx2({at, static_cast<std::size_t>(end - at)});
#endif
  return is_utf8_portable(at, end);
}

bool repair_utf8(std::string_view text, std::size_t size_max, std::string& out) {
  out.clear();
  std::size_t size = 0;
  split_parts(text, [&size](std::string_view part, bool well_formed) {
    size += well_formed ? part.size() : replacement.size();
  });
  if (size > size_max) return false;
  out.reserve(size);
  split_parts(text,
              [&out](std::string_view part, bool well_formed) { out += well_formed ? part : replacement; });
  return true;
}

const char* find_line_end(const char* begin, const char* end) noexcept {
  const char* at = begin;
#if defined(__SSE2__)
  const __m128i lf = _mm_set1_epi8('\n');
  const __m128i cr = _mm_set1_epi8('\r');
  const auto matches = [&](const char* from) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return _mm_or_si128(_mm_cmpeq_epi8(block, lf), _mm_cmpeq_epi8(block, cr));
  };
  const auto mask_of = [](__m128i found) { return static_cast<unsigned>(_mm_movemask_epi8(found)); };
  for (; end - at >= 64; at += 64) {
    const __m128i first = matches(at);
    const __m128i second = matches(at + 16);
    const __m128i third = matches(at + 32);
    const __m128i fourth = matches(at + 48);
    if (mask_of(_mm_or_si128(_mm_or_si128(first, second), _mm_or_si128(third, fourth))) == 0) continue;
    const std::uint64_t mask = std::uint64_t{mask_of(first)} | std::uint64_t{mask_of(second)} << 16 |
                               std::uint64_t{mask_of(third)} << 32 | std::uint64_t{mask_of(fourth)} << 48;
    return at + std::countr_zero(mask);
  }
  for (; end - at >= 16; at += 16) {
    if (const unsigned mask = mask_of(matches(at)); mask != 0) return at + std::countr_zero(mask);
  }
#endif
  while (at != end && *at != '\n' && *at != '\r') ++at;
  return at;
}

}  // namespace kitfox::protocol
