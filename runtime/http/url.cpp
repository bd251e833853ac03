#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <limits>

#include "runtime/http/client.hpp"

namespace kitfox::runtime::http {
namespace {

constexpr std::uint16_t default_port(url::scheme_kind scheme) noexcept {
  return scheme == url::scheme_kind::https ? 443 : 80;
}

result<url> parse_once(std::string_view text) {
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) return errc::bad_url;
  const boost::urls::url_view& from = *parsed;
  url out;
  if (from.scheme_id() == boost::urls::scheme::https) {
    out.scheme = url::scheme_kind::https;
  } else if (from.scheme_id() == boost::urls::scheme::http) {
    out.scheme = url::scheme_kind::http;
  } else {
    return errc::bad_url;
  }
  if (!from.has_authority() || from.has_userinfo() || from.has_query() || from.has_fragment())
    return errc::bad_url;
  if (from.encoded_host().empty()) return errc::bad_url;
  if (from.host_type() == boost::urls::host_type::ipvfuture) return errc::bad_url;
  out.authority.host = from.host_address();
  if (out.authority.host.find('\0') != std::string::npos) return errc::bad_url;
  out.authority.port = default_port(out.scheme);
  if (from.has_port() && !from.port().empty()) {
    out.authority.port = from.port_number();
    if (out.authority.port == 0) return errc::bad_url;  // also when it does not fit
  }
  out.path = std::string{from.encoded_path()};
  // Boost.URL 1.81 takes "https://host:x/" for an empty port and the path "x/".
  if (!out.path.empty() && out.path.front() != '/') return errc::bad_url;
  while (!out.path.empty() && out.path.back() == '/') out.path.pop_back();
  return out;
}

}  // namespace

std::string url::host_header() const {
  const bool is_ipv6 = authority.host.find(':') != std::string::npos;
  std::string out = is_ipv6 ? "[" + authority.host + "]" : authority.host;
  if (authority.port != default_port(scheme)) out += ":" + std::to_string(authority.port);
  return out;
}

result<url> parse_url(std::string_view text) {
  result<url> parsed = parse_once(text);
  if (parsed) return parsed;
  // Boost.URL 1.81 takes the first numbers of "10.0.0.1.nip.io" for an address and stumbles over the rest. A
  // letter in front makes it a name for certain.
  const auto slashes = text.find("://");
  if (slashes == std::string_view::npos) return parsed;
  const std::size_t host = slashes + 3;
  if (host >= text.size() || text[host] < '0' || text[host] > '9') return parsed;
  parsed = parse_once(std::string{text.substr(0, host)} + "n" + std::string{text.substr(host)});
  if (parsed) parsed->authority.host.erase(0, 1);
  return parsed;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost") return true;
  error_code failure;
  const auto address = asio::ip::make_address(host, failure);
  return !failure && address.is_loopback();
}

}  // namespace kitfox::runtime::http
