#include "fakes/sim/certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "runtime/errc.hpp"

namespace kitfox::sim {

using runtime::errc;
using runtime::error_code;
using runtime::result;

namespace {

constexpr std::string_view certificate_label = "SIM CERTIFICATE";
constexpr std::string_view key_label = "SIM PRIVATE KEY";
constexpr std::string_view authority_label = "SIM AUTHORITY";

std::string print_block(std::string_view label, std::string_view body) {
  return fmt::format("-----BEGIN {}-----\n{}-----END {}-----\n", label, body, label);
}

/// Takes the next block of that label out of `pem` and returns its body.
std::optional<std::string_view> take_block(std::string_view& pem, std::string_view label) {
  const std::string begin = fmt::format("-----BEGIN {}-----\n", label);
  const std::string end = fmt::format("-----END {}-----", label);
  const std::size_t from = pem.find(begin);
  if (from == std::string_view::npos) return std::nullopt;
  const std::size_t body = from + begin.size();
  const std::size_t to = pem.find(end, body);
  if (to == std::string_view::npos) return std::nullopt;
  const std::string_view text = pem.substr(body, to - body);
  pem.remove_prefix(to + end.size());
  return text;
}

/// The value of "name: value" in a body of lines.
std::optional<std::string_view> field(std::string_view body, std::string_view name) {
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    const std::string_view line = body.substr(0, end);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(": "))
      return line.substr(name.size() + 2);
    if (end == std::string_view::npos) break;
    body.remove_prefix(end + 1);
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> number_field(std::string_view body, std::string_view name) {
  const auto text = field(body, name);
  if (!text) return std::nullopt;
  Number value{};
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (failure != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t end = list.find(' ');
    if (end != 0) parts.emplace_back(list.substr(0, end));
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return parts;
}

/// RFC 6125 §6.4.3: a wildcard stands for exactly one leftmost label.
bool covers(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot != 0 && host.substr(dot) == pattern.substr(1);
}

}  // namespace

std::string print_certificate(const certificate& one) {
  return print_block(
      certificate_label,
      fmt::format("hosts: {}\nissuer: {}\nserial: {}\nnot_before_ns: {}\nnot_after_ns: {}\n",
                  fmt::join(one.hosts, " "), one.issuer, one.serial,
                  one.not_before.time_since_epoch().count(), one.not_after.time_since_epoch().count()));
}

std::string print_private_key(const certificate& one) {
  return print_block(key_label, fmt::format("serial: {}\n", one.serial));
}

std::string print_authority(std::string_view name) {
  return print_block(authority_label, fmt::format("name: {}\n", name));
}

result<certificate> parse_certificate(std::string_view pem) {
  const auto body = take_block(pem, certificate_label);
  if (!body) return errc::tls_configuration_invalid;
  const auto hosts = field(*body, "hosts");
  const auto issuer = field(*body, "issuer");
  const auto serial = number_field<std::uint64_t>(*body, "serial");
  const auto not_before = number_field<std::int64_t>(*body, "not_before_ns");
  const auto not_after = number_field<std::int64_t>(*body, "not_after_ns");
  if (!hosts || !issuer || !serial || !not_before || !not_after) return errc::tls_configuration_invalid;
  return certificate{split(*hosts), runtime::wall_time{runtime::duration{*not_before}},
                     runtime::wall_time{runtime::duration{*not_after}}, std::string{*issuer}, *serial};
}

result<std::uint64_t> parse_private_key(std::string_view pem) {
  const auto body = take_block(pem, key_label);
  if (!body) return errc::tls_configuration_invalid;
  const auto serial = number_field<std::uint64_t>(*body, "serial");
  if (!serial) return errc::tls_configuration_invalid;
  return *serial;
}

result<std::vector<std::string>> parse_authorities(std::string_view pem) {
  std::vector<std::string> names;
  while (const auto body = take_block(pem, authority_label)) {
    const auto name = field(*body, "name");
    if (!name) return errc::tls_configuration_invalid;
    names.emplace_back(*name);
  }
  if (names.empty()) return errc::tls_configuration_invalid;
  return names;
}

error_code verify_certificate(const certificate& one, const std::vector<std::string>& authorities,
                              runtime::wall_time now, std::string_view host) {
  if (std::find(authorities.begin(), authorities.end(), one.issuer) == authorities.end())
    return errc::certificate_untrusted;
  if (now < one.not_before) return errc::certificate_not_yet_valid;
  if (now > one.not_after) return errc::certificate_expired;
  if (host.empty()) return {};
  const bool named = std::any_of(one.hosts.begin(), one.hosts.end(),
                                 [host](const std::string& pattern) { return covers(pattern, host); });
  return named ? error_code{} : make_error_code(errc::certificate_wrong_host);
}

}  // namespace kitfox::sim
