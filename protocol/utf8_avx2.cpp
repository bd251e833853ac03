#include "protocol/utf8_avx2.hpp"

#if KITFOX_HAS_AVX2_CODE

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#define KITFOX_AVX2 __attribute__((target("avx2")))

namespace kitfox::protocol::detail {
namespace {

// The lookup algorithm of Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte" (2021):
// each pair of neighbouring bytes is looked up by three of its nibbles; a bit that all three tables set is an
// error of that kind.
constexpr std::uint8_t too_short = 1 << 0;       // A lead, then no continuation.
constexpr std::uint8_t too_long = 1 << 1;        // ASCII, then a continuation.
constexpr std::uint8_t overlong_3 = 1 << 2;      // E0 80..9F
constexpr std::uint8_t too_large = 1 << 3;       // F4 90..BF
constexpr std::uint8_t surrogate = 1 << 4;       // ED A0..BF
constexpr std::uint8_t overlong_2 = 1 << 5;      // C0..C1
constexpr std::uint8_t too_large_1000 = 1 << 6;  // F5..FF 80..8F
constexpr std::uint8_t overlong_4 = 1 << 6;      // F0 80..8F
constexpr std::uint8_t two_conts = 1 << 7;  // Two continuations: right only in longer characters, see below.
constexpr std::uint8_t carry = too_short | too_long | two_conts;

struct table {
  std::uint8_t entries[16];
};

constexpr table first_high{{too_long, too_long, too_long, too_long, too_long, too_long, too_long, too_long,
                            two_conts, two_conts, two_conts, two_conts, too_short | overlong_2, too_short,
                            too_short | overlong_3 | surrogate,
                            too_short | too_large | too_large_1000 | overlong_4}};

constexpr table make_first_low() {
  table low{};
  for (int nibble = 0; nibble < 16; ++nibble) {
    int kinds = carry;
    if (nibble == 0) kinds |= overlong_2 | overlong_3 | overlong_4;
    if (nibble == 1) kinds |= overlong_2;
    if (nibble == 4) kinds |= too_large;
    if (nibble > 4) kinds |= too_large | too_large_1000;
    if (nibble == 13) kinds |= surrogate;
    low.entries[nibble] = static_cast<std::uint8_t>(kinds);
  }
  return low;
}
constexpr table first_low = make_first_low();

constexpr table make_second_high() {
  table high{};
  for (int nibble = 0; nibble < 16; ++nibble) {
    int kinds = too_long | overlong_2 | two_conts;
    if (nibble < 8 || nibble > 11) kinds = too_short;
    if (nibble == 8) kinds |= overlong_3 | too_large_1000 | overlong_4;
    if (nibble == 9) kinds |= overlong_3 | too_large;
    if (nibble == 10 || nibble == 11) kinds |= surrogate | too_large;
    high.entries[nibble] = static_cast<std::uint8_t>(kinds);
  }
  return high;
}
constexpr table second_high = make_second_high();

KITFOX_AVX2 inline __m256i load_table(const table& from) noexcept {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from.entries)));
}

/// The block moved back by `Count` bytes, with the last bytes of the block before.
template <int Count>
KITFOX_AVX2 inline __m256i shift_in(__m256i block, __m256i before) noexcept {
  return _mm256_alignr_epi8(block, _mm256_permute2x128_si256(before, block, 0x21), 16 - Count);
}

KITFOX_AVX2 inline __m256i find_errors(__m256i block, __m256i before) noexcept {
  const __m256i low_nibbles = _mm256_set1_epi8(0x0F);
  const __m256i one_back = shift_in<1>(block, before);
  const __m256i pairs = _mm256_and_si256(
      _mm256_and_si256(_mm256_shuffle_epi8(load_table(first_high),
                                           _mm256_and_si256(_mm256_srli_epi16(one_back, 4), low_nibbles)),
                       _mm256_shuffle_epi8(load_table(first_low), _mm256_and_si256(one_back, low_nibbles))),
      _mm256_shuffle_epi8(load_table(second_high),
                          _mm256_and_si256(_mm256_srli_epi16(block, 4), low_nibbles)));
  // A third or fourth byte must be the second of two continuations, and nothing else may be.
  const __m256i third = _mm256_subs_epu8(shift_in<2>(block, before), _mm256_set1_epi8(0xE0 - 0x80));
  const __m256i fourth = _mm256_subs_epu8(shift_in<3>(block, before), _mm256_set1_epi8(0xF0 - 0x80));
  const __m256i must_continue =
      _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
  return _mm256_xor_si256(must_continue, pairs);
}

}  // namespace

KITFOX_AVX2 bool is_utf8_avx2(std::string_view text) noexcept {
  constexpr std::size_t width = 32;
  const char* at = text.data();
  std::size_t left = text.size();
  __m256i before = _mm256_setzero_si256();
  __m256i errors = _mm256_setzero_si256();
  for (; left >= width; left -= width, at += width) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    errors = _mm256_or_si256(errors, find_errors(block, before));
    before = block;
  }
  // The zeros after the text show up a character that it breaks off; there is always at least one.
  char tail[width] = {};
  if (left > 0) std::memcpy(tail, at, left);
  const __m256i last = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(tail));
  errors = _mm256_or_si256(errors, find_errors(last, before));
  return _mm256_testz_si256(errors, errors) != 0;
}

}  // namespace kitfox::protocol::detail

#endif
