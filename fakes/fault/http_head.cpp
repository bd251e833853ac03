#include "fakes/fault/http_head.hpp"

#include <algorithm>
#include <charconv>

#include "runtime/ascii.hpp"

namespace kitfox::fault {
namespace {

using runtime::trimmed;

/// Of most heads; more cost an allocation.
constexpr std::size_t usual_field_count = 8;

/// Takes one line off `rest`, with neither CR LF nor a bare LF.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

template <class OnElement>
void for_each_element(std::string_view list, OnElement&& call) {
  while (true) {
    const auto comma = list.find(',');
    call(trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

bool parse_start_line(http_role role, std::string_view line, http_head& head) {
  if (role == http_role::response) {
    if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[8] != ' ') return false;
    const auto [end, failure] = std::from_chars(line.data() + 9, line.data() + 12, head.status);
    return failure == std::errc{} && end == line.data() + 12 && head.status >= 100 &&
           (line.size() == 12 || line[12] == ' ');
  }
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == 0 || last <= first + 1) return false;
  if (!line.substr(last + 1).starts_with("HTTP/1.")) return false;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  return head.target.find(' ') == std::string::npos;
}

std::optional<http_framing> explicit_length(const http_head& head) {
  std::optional<std::uint64_t> length;
  for (const auto& [name, value] : head.fields) {
    if (!runtime::same_letters(name, "content-length")) continue;
    bool valid = true;
    for_each_element(value, [&](std::string_view element) {
      std::uint64_t number = 0;
      const auto [end, failure] = std::from_chars(element.data(), element.data() + element.size(), number);
      valid = valid && failure == std::errc{} && end == element.data() + element.size() &&
              (!length || *length == number);
      length = number;
    });
    if (!valid) return std::nullopt;
  }
  if (!length) return http_framing{http_framing::kind::until_close, 0};
  return http_framing{http_framing::kind::length, *length};
}

}  // namespace

std::optional<std::string_view> http_head::get(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (runtime::same_letters(key, name)) return value;
  }
  return std::nullopt;
}

bool http_head::has_token(std::string_view name, std::string_view token) const {
  bool found = false;
  for (const auto& [key, value] : fields) {
    if (!runtime::same_letters(key, name)) continue;
    for_each_element(value,
                     [&](std::string_view one) { found = found || runtime::same_letters(one, token); });
  }
  return found;
}

bool http_head::is_event_stream() const {
  const auto type = get("content-type");
  return type && runtime::same_letters(trimmed(type->substr(0, type->find(';'))), "text/event-stream");
}

std::optional<http_head> parse_http_head(http_role role, std::string_view raw) {
  http_head head;
  if (!parse_start_line(role, take_line(raw), head)) return std::nullopt;
  head.fields.reserve(usual_field_count);
  while (!raw.empty()) {
    const std::string_view line = take_line(raw);
    if (line.empty()) break;
    if ((line.front() == ' ' || line.front() == '\t') && !head.fields.empty()) {
      head.fields.back().second.append(" ").append(trimmed(line));  // obsolete line folding
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    head.fields.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
  return head;
}

std::optional<http_framing> body_framing(http_role role, const http_head& head, std::string_view method) {
  using kind = http_framing::kind;
  if (role == http_role::response) {
    const bool opens_tunnel = head.status == 101 || (method == "CONNECT" && head.status / 100 == 2);
    if (opens_tunnel) return http_framing{kind::tunnel, 0};
    if (head.status / 100 == 1 || head.status == 204 || head.status == 304 || method == "HEAD") {
      return http_framing{};
    }
  }
  if (head.has_token("transfer-encoding", "chunked")) return http_framing{kind::chunked, 0};
  if (head.get("transfer-encoding")) {
    if (role == http_role::request) return std::nullopt;
    return http_framing{kind::until_close, 0};
  }
  auto framing = explicit_length(head);
  if (!framing) return std::nullopt;
  if (framing->how == kind::until_close && role == http_role::request) return http_framing{};
  if (framing->how == kind::length && framing->length == 0) return http_framing{};
  return framing;
}

std::string with_field(std::string_view raw, std::string_view name, std::string_view value) {
  std::string out;
  bool first = true;
  while (!raw.empty()) {
    std::string_view rest = raw;
    const std::string_view line = take_line(rest);
    const std::string_view whole = raw.substr(0, raw.size() - rest.size());
    raw = rest;
    if (line.empty()) {
      if (!value.empty()) out.append(name).append(": ").append(value).append("\r\n");
      out.append(whole).append(raw);
      return out;
    }
    const bool dropped = !first && runtime::same_letters(line.substr(0, line.find(':')), name);
    if (!dropped) out.append(whole);
    first = false;
  }
  return out;
}

}  // namespace kitfox::fault
