#include "runtime/http/message.hpp"

#include <algorithm>
#include <array>

#include "runtime/ascii.hpp"

namespace kitfox::runtime::http {
namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

struct phrase {
  int status;
  std::string_view text;
};
// RFC 9110 §15, RFC 6585.
constexpr std::array phrases{
    phrase{100, "Continue"},
    phrase{101, "Switching Protocols"},
    phrase{200, "OK"},
    phrase{201, "Created"},
    phrase{202, "Accepted"},
    phrase{204, "No Content"},
    phrase{206, "Partial Content"},
    phrase{301, "Moved Permanently"},
    phrase{302, "Found"},
    phrase{303, "See Other"},
    phrase{304, "Not Modified"},
    phrase{307, "Temporary Redirect"},
    phrase{308, "Permanent Redirect"},
    phrase{400, "Bad Request"},
    phrase{401, "Unauthorized"},
    phrase{403, "Forbidden"},
    phrase{404, "Not Found"},
    phrase{405, "Method Not Allowed"},
    phrase{406, "Not Acceptable"},
    phrase{407, "Proxy Authentication Required"},
    phrase{408, "Request Timeout"},
    phrase{409, "Conflict"},
    phrase{410, "Gone"},
    phrase{411, "Length Required"},
    phrase{412, "Precondition Failed"},
    phrase{413, "Content Too Large"},
    phrase{414, "URI Too Long"},
    phrase{415, "Unsupported Media Type"},
    phrase{416, "Range Not Satisfiable"},
    phrase{417, "Expectation Failed"},
    phrase{421, "Misdirected Request"},
    phrase{422, "Unprocessable Content"},
    phrase{426, "Upgrade Required"},
    phrase{428, "Precondition Required"},
    phrase{429, "Too Many Requests"},
    phrase{431, "Request Header Fields Too Large"},
    phrase{500, "Internal Server Error"},
    phrase{501, "Not Implemented"},
    phrase{502, "Bad Gateway"},
    phrase{503, "Service Unavailable"},
    phrase{504, "Gateway Timeout"},
    phrase{505, "HTTP Version Not Supported"},
};

}  // namespace

void fields::set(std::string_view name, std::string value) {
  const auto first =
      std::find_if(all_.begin(), all_.end(), [&](const field& one) { return same_letters(one.name, name); });
  if (first == all_.end()) {
    add(std::string{name}, std::move(value));
    return;
  }
  first->value = std::move(value);
  all_.erase(
      std::remove_if(first + 1, all_.end(), [&](const field& one) { return same_letters(one.name, name); }),
      all_.end());
}

void fields::erase(std::string_view name) {
  all_.erase(std::remove_if(all_.begin(), all_.end(),
                            [&](const field& one) { return same_letters(one.name, name); }),
             all_.end());
}

std::optional<std::string_view> fields::get(std::string_view name) const {
  const auto first =
      std::find_if(all_.begin(), all_.end(), [&](const field& one) { return same_letters(one.name, name); });
  if (first == all_.end()) return std::nullopt;
  return first->value;
}

std::string_view reason_phrase(int status) noexcept {
  const auto found = std::find_if(phrases.begin(), phrases.end(),
                                  [status](const phrase& one) { return one.status == status; });
  return found == phrases.end() ? std::string_view{"Unknown"} : found->text;
}

std::optional<std::string_view> target_parts::get(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<target_parts> split_target(std::string_view target) {
  target_parts parts;
  const std::size_t mark = target.find('?');
  parts.path = target.substr(0, mark);
  if (!percent_decode(parts.path)) return std::nullopt;
  std::string_view rest = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = decode(pair.substr(0, equals), true);
    auto value =
        decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    parts.query.emplace_back(std::move(*name), std::move(*value));
  }
  return parts;
}

std::optional<std::string> percent_decode(std::string_view text) { return decode(text, false); }

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

}  // namespace kitfox::runtime::http
