#include "protocol/ids.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace kitfox::protocol {
namespace {

constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_alphanumeric(char c) noexcept {
  return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}
constexpr bool is_lower_alphanumeric(char c) noexcept { return is_lower(c) || is_digit(c); }

template <class Predicate>
bool all_of(std::string_view text, Predicate predicate) noexcept {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool is_lower_label(std::string_view text) noexcept {
  return !text.empty() && is_lower_alphanumeric(text.front()) && is_lower_alphanumeric(text.back()) &&
         all_of(text, [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

bool is_qualified_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) &&
         all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

/// Reads the grammar of k8s.io/apimachinery/pkg/labels.Parse.
class selector_reader {
 public:
  explicit selector_reader(std::string_view text) noexcept : rest_{text} {}

  bool read() noexcept {
    do {
      if (!read_requirement()) return false;
    } while (take(','));
    return at_end();
  }

 private:
  bool read_requirement() noexcept {
    if (take('!')) return is_label_key(word());
    if (!is_label_key(word())) return false;
    if (at_end() || peek() == ',') return true;
    if (take('<') || take('>')) return is_integer(word());
    if (take('!')) return take('=') && is_label_value(word());
    if (take('=')) {
      take('=');
      return is_label_value(word());
    }
    const std::string_view set_operator = word();
    return (set_operator == "in" || set_operator == "notin") && read_set();
  }

  bool read_set() noexcept {
    if (!take('(')) return false;
    do {
      if (!is_label_value(word())) return false;
    } while (take(','));
    return take(')');
  }

  static bool is_integer(std::string_view text) noexcept {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.size() <= 18 && all_of(text, is_digit);
  }

  void skip_space() noexcept {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
  }

  bool at_end() noexcept {
    skip_space();
    return rest_.empty();
  }

  char peek() noexcept {
    skip_space();
    return rest_.empty() ? '\0' : rest_.front();
  }

  bool take(char c) noexcept {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view word() noexcept {
    skip_space();
    const std::string_view taken = rest_.substr(0, rest_.find_first_of(" \t,()!=<>"));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
};

std::optional<unsigned> hex_value(char c) noexcept {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

}  // namespace

bool is_request_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= request_id_size_max &&
         all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

std::string make_request_id(std::span<const std::byte, 16> random) { return encode_base64url(random); }

bool is_opaque_token(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 128 && all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::string encode_base64url(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const std::byte byte : bytes) {
    bits = bits << 8 | std::to_integer<std::uint32_t>(byte);
    for (bit_count += 8; bit_count >= 6; bit_count -= 6)
      text += base64url_digits[(bits >> (bit_count - 6)) & 63U];
  }
  if (bit_count > 0) text += base64url_digits[(bits << (6 - bit_count)) & 63U];
  return text;
}

bool is_dns_label(std::string_view text) noexcept { return text.size() <= 63 && is_lower_label(text); }

bool is_dns_subdomain(std::string_view text) noexcept {
  if (text.size() > 253) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_lower_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_label_key(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_qualified_name(text);
  return is_dns_subdomain(text.substr(0, slash)) && is_qualified_name(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) noexcept { return text.empty() || is_qualified_name(text); }

bool is_label_selector(std::string_view text) noexcept {
  return text.size() <= label_selector_size_max && selector_reader{text}.read();
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += hex[byte >> 4];
    encoded += hex[byte & 15];
  }
  return encoded;
}

result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    if (text.size() - at < 3) return protocol_errc::bad_format;
    const auto high = hex_value(text[at + 1]);
    const auto low = hex_value(text[at + 2]);
    if (!high || !low) return protocol_errc::bad_format;
    decoded += static_cast<char>(*high << 4 | *low);
    at += 2;
  }
  return decoded;
}

}  // namespace kitfox::protocol
