#include "runtime/base64.hpp"

#include <algorithm>
#include <cstdint>

namespace kitfox::runtime {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode_digits(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    pending = (pending << 8U) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      out += alphabet[(pending >> bits) & 63U];
    }
  }
  if (bits > 0) out += alphabet[(pending << (6 - bits)) & 63U];
  return out;
}

std::optional<std::string> decode_digits(std::string_view digits, std::string_view alphabet) {
  if (digits.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(digits.size() / 4 * 3 + 2);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : digits) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    pending = (pending << 6U) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((pending >> bits) & 255U);
    }
  }
  return out;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out = encode_digits(bytes, base64_alphabet);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string digits{text};
  std::erase_if(digits, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  if (digits.ends_with('=')) {
    if (digits.size() % 4 != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && digits.ends_with('='); ++padding) digits.pop_back();
  }
  return decode_digits(digits, base64_alphabet);
}

std::string base64url_encode(std::string_view bytes) { return encode_digits(bytes, base64url_alphabet); }

std::optional<std::string> base64url_decode(std::string_view text) {
  return decode_digits(text, base64url_alphabet);
}

}  // namespace kitfox::runtime
