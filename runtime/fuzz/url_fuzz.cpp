// parse_url() takes any bytes, and what it takes it takes again when printed.
#include <cstdint>
#include <string>

#include "runtime/assert.hpp"
#include "runtime/http/client.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox::runtime;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto parsed = http::parse_url(text);
  if (!parsed) return 0;
  KITFOX_ASSERT(!parsed->authority.host.empty() && parsed->authority.port != 0);
  KITFOX_ASSERT(parsed->authority.host.find('\0') == std::string::npos);
  KITFOX_ASSERT(parsed->path.empty() || (parsed->path.front() == '/' && parsed->path.back() != '/'));
  static_cast<void>(http::is_loopback(parsed->authority.host));
  // A host may have been percent-encoded, and is then no longer one when it stands there plainly.
  if (text.find('%') != std::string_view::npos) return 0;
  const bool https = parsed->scheme == http::url::scheme_kind::https;
  const auto again = http::parse_url((https ? "https://" : "http://") + parsed->host_header() + parsed->path);
  KITFOX_ASSERT(again.has_value());
  KITFOX_ASSERT(again->authority == parsed->authority && again->path == parsed->path);
  return 0;
}
