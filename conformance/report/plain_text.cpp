#include "conformance/report/plain_text.hpp"

#include <cstdint>

namespace kitfox::conformance {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct character {
  std::size_t size = 1;
  bool valid = false;
  std::uint32_t code = 0;
};

/// The character at the beginning of a text that is not empty. What is none has the size of the longest
/// beginning of one, so that it is replaced once.
character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {1, true, lead};
  std::size_t size = 0;
  if (lead >= 0xc2 && lead <= 0xdf) size = 2;
  if (lead >= 0xe0 && lead <= 0xef) size = 3;
  if (lead >= 0xf0 && lead <= 0xf4) size = 4;
  if (size == 0) return {};
  std::uint32_t code = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (i >= text.size()) return {i, false, 0};
    std::uint32_t lowest = 0x80, highest = 0xbf;
    if (i == 1 && lead == 0xe0) lowest = 0xa0;   // overlong
    if (i == 1 && lead == 0xed) highest = 0x9f;  // surrogates
    if (i == 1 && lead == 0xf0) lowest = 0x90;   // overlong
    if (i == 1 && lead == 0xf4) highest = 0x8f;  // beyond U+10FFFF
    if (byte(i) < lowest || byte(i) > highest) return {i, false, 0};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  return {size, true, code};
}

/// XML 1.0, production [2] Char.
bool may_stand_in_xml(std::uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code != 0xfffe && code != 0xffff;
}

}  // namespace

std::string as_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const character one = first_character(text);
    out += one.valid ? text.substr(0, one.size) : replacement;
    text.remove_prefix(one.size);
  }
  return out;
}

std::string cut_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return as_utf8(text);
  std::size_t size = 0;
  while (size < bytes_max) {
    const std::size_t next = first_character(text.substr(size)).size;
    if (size + next > bytes_max) break;
    size += next;
  }
  return as_utf8(text.substr(0, size)) + "...";
}

std::string escape_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const character one = first_character(text);
    const std::string_view bytes = text.substr(0, one.size);
    text.remove_prefix(one.size);
    if (!one.valid || !may_stand_in_xml(one.code))
      out += replacement;
    else if (bytes == "&")
      out += "&amp;";
    else if (bytes == "<")
      out += "&lt;";
    else if (bytes == ">")
      out += "&gt;";
    else if (bytes == "\"")
      out += "&quot;";
    else if (bytes == "\r")
      out += "&#13;";
    else
      out += bytes;
  }
  return out;
}

}  // namespace kitfox::conformance
