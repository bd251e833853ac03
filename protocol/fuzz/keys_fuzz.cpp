// Keys, redaction, ids and percent-encoding.
#include <string>

#include "protocol/fuzz/fuzz_input.hpp"
#include "protocol/ids.hpp"
#include "protocol/keys.hpp"

using namespace kitfox::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const auto key = api_key::parse(text);
  if (key) {
    fuzz::insist(key->reveal() == text && is_key_id(key->key_id()));
    fuzz::insist(std::string{key->key_id()} + "." + std::string{key->reveal_secret()} == text);
    // A secret may chance to be a part of its own key's id, which is no secret.
    const bool told = key->key_id().find(key->reveal_secret()) != std::string_view::npos;
    fuzz::insist(told || redact(*key).find(key->reveal_secret()) == std::string::npos);
    fuzz::insist(redact(text) == "[api key]");
  }
  const std::string clean = redact(text);
  fuzz::insist(clean.find(api_key::prefix) == std::string::npos);

  const auto decoded = percent_decode(percent_encode(text));
  fuzz::insist(decoded.has_value() && *decoded == text);
  const auto once = percent_decode(text);
  if (once) fuzz::insist(once->size() <= text.size());

  // None of these checks may let a byte through that means something in a URL path.
  constexpr std::string_view dangerous{"/%?#\r\n\0 \\", 9};
  for (const bool accepted : {is_request_id(text), is_dns_label(text), is_dns_subdomain(text)})
    if (accepted) fuzz::insist(text.find_first_of(dangerous) == std::string_view::npos && text != "..");
  if (is_dns_label(text)) fuzz::insist(is_dns_subdomain(text));
  if (is_label_selector(text))
    fuzz::insist(text.find_first_of(std::string_view{"%?#&\r\n\0;", 8}) == std::string_view::npos);
  return 0;
}
