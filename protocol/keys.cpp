#include "protocol/keys.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "protocol/ids.hpp"

namespace kitfox::protocol {
namespace {

/// For breaches of a contract by the program itself, and for a cryptographic library that does not work.
void insist(bool condition, const char* what) noexcept {
  if (condition) return;
  std::fprintf(stderr, "kitfox.protocol: contract broken: %s\n", what);
  std::abort();
}

bool is_token_char(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Found once: a search among the providers costs as much as the hash.
const EVP_MD* fetched_sha256() {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> found{EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                                     &EVP_MD_free};
  return found.get();
}

}  // namespace

result<api_key> api_key::parse(std::string_view text) {
  if (text.size() > size_max) return protocol_errc::bad_key;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || !is_key_id(text.substr(0, dot))) return protocol_errc::bad_key;
  const std::string_view secret = text.substr(dot + 1);
  if (secret.size() < secret_size_min || !std::all_of(secret.begin(), secret.end(), is_token_char))
    return protocol_errc::bad_key;
  return api_key{std::string{text}, dot};
}

api_key api_key::make(std::span<const std::byte, 12> id_random,
                      std::span<const std::byte, 32> secret_random) {
  // One allocation, so that no half-built copy of the secret is left behind unwiped.
  std::string text;
  text.reserve(size_max);
  text += prefix;
  text += encode_base64url(id_random);
  const std::size_t dot = text.size();
  text += '.';
  std::string secret = encode_base64url(secret_random);
  text += secret;
  OPENSSL_cleanse(secret.data(), secret.size());
  return api_key{std::move(text), dot};
}

void api_key::wipe() noexcept { OPENSSL_cleanse(text_.data(), text_.size()); }

/// A short string is copied by its move, so that the source still holds it.
void api_key::wipe_moved() noexcept {
  text_.resize(text_.capacity());
  wipe();
  text_.clear();
}

api_key::api_key(api_key&& other) noexcept
    : text_{std::move(other.text_)}, dot_{std::exchange(other.dot_, 0)} {
  other.wipe_moved();
}

api_key& api_key::operator=(const api_key& other) {
  if (this != &other) {
    wipe();
    text_ = other.text_;
    dot_ = other.dot_;
  }
  return *this;
}

api_key& api_key::operator=(api_key&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = std::move(other.text_);
    dot_ = std::exchange(other.dot_, 0);
    other.wipe_moved();
  }
  return *this;
}

api_key::~api_key() { wipe(); }

std::string_view api_key::key_id() const noexcept { return std::string_view{text_}.substr(0, dot_); }

std::string_view api_key::reveal_secret() const noexcept {
  return std::string_view{text_}.substr(std::min(dot_ + 1, text_.size()));
}

bool is_key_id(std::string_view text) noexcept {
  return text.starts_with(api_key::prefix) && is_request_id(text.substr(api_key::prefix.size()));
}

std::string hash_secret(std::string_view secret, std::string_view pepper) {
  insist(!pepper.empty(), "hash_secret() needs a pepper");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const bool hashed = context != nullptr &&
                      EVP_DigestInit_ex(context.get(), fetched_sha256(), nullptr) == 1 &&
                      EVP_DigestUpdate(context.get(), secret.data(), secret.size()) == 1 &&
                      EVP_DigestUpdate(context.get(), pepper.data(), pepper.size()) == 1 &&
                      EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  insist(hashed, "SHA-256 is available");
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  text.reserve(std::size_t{size} * 2);
  for (const unsigned char byte : std::span{digest}.first(size)) {
    text += hex[byte >> 4];
    text += hex[byte & 15];
  }
  return text;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string redact(const api_key& key) {
  return "api key " + std::string{key.key_id().substr(std::min(api_key::prefix.size(), key.key_id().size()))};
}

std::string redact(std::string_view text) {
  std::string clean;
  const auto same = [](char a, char b) { return to_lower(a) == b; };
  while (!text.empty()) {
    const auto found =
        std::search(text.begin(), text.end(), api_key::prefix.begin(), api_key::prefix.end(), same);
    clean.append(text.begin(), found);
    if (found == text.end()) break;
    clean += "[api key]";
    text.remove_prefix(static_cast<std::size_t>(found - text.begin()));
    const auto after =
        std::find_if_not(text.begin(), text.end(), [](char c) { return is_token_char(c) || c == '.'; });
    text.remove_prefix(static_cast<std::size_t>(after - text.begin()));
  }
  return clean;
}

}  // namespace kitfox::protocol
