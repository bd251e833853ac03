#pragma once
#include <compare>
#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace kitfox::protocol {

/// An agent's credential, `ixfx_k8s_<id>.<secret>`. The part before the first dot is the key id, which may be
/// stored and shown; the rest is the secret: at least 43 characters of URL-safe base64 (256 bits).
///
/// Cannot be printed, compared or formatted by accident: the text leaves only through reveal() and
/// reveal_secret(). Memory is wiped when it dies. A moved-from key may only be assigned to or destroyed.
class api_key {
 public:
  static constexpr std::string_view prefix = "ixfx_k8s_";
  static constexpr std::size_t secret_size_min = 43;
  static constexpr std::size_t size_max = 512;  ///< Bytes of the whole text.

  /// Parses a key; white space around it is not forgiven. protocol_errc::bad_key, which says nothing of the
  /// text.
  [[nodiscard]] static result<api_key> parse(std::string_view text);

  /// Makes a key from random bytes that the caller drew: 12 for the id, 32 for the secret.
  [[nodiscard]] static api_key make(std::span<const std::byte, 12> id_random,
                                    std::span<const std::byte, 32> secret_random);

  api_key(const api_key&) = default;
  api_key(api_key&& other) noexcept;
  api_key& operator=(const api_key& other);
  api_key& operator=(api_key&& other) noexcept;
  ~api_key();

  /// `ixfx_k8s_<id>`: names the key in the store and in the audit. Not secret.
  [[nodiscard]] std::string_view key_id() const noexcept;
  /// The whole text, for the Authorization header and for the one time it is shown.
  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  /// The part after the dot, for hash_secret().
  [[nodiscard]] std::string_view reveal_secret() const noexcept;

  friend std::ostream& operator<<(std::ostream&, const api_key&) = delete;
  friend bool operator==(const api_key&, const api_key&) = delete;

 private:
  api_key(std::string text, std::size_t dot) : text_{std::move(text)}, dot_{dot} {}
  void wipe() noexcept;
  void wipe_moved() noexcept;

  std::string text_;
  std::size_t dot_;
};

/// True if `text` has the form of a key id, `ixfx_k8s_` and 1 to 64 of `[A-Za-z0-9_-]`.
[[nodiscard]] bool is_key_id(std::string_view text) noexcept;

/// What the store keeps of a secret: SHA-256 of secret followed by pepper, as 64 lower-case hexadecimal
/// digits. The pepper must not be empty (assertion: refusing to start without one is the gateway's duty).
[[nodiscard]] std::string hash_secret(std::string_view secret, std::string_view pepper);

/// Compares in time that depends on the lengths alone.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

/// How a log may name a key: `api key <id>`, with the id after the prefix and nothing of the secret.
[[nodiscard]] std::string redact(const api_key& key);

/// Replaces everything in `text` that begins like a key (`ixfx_k8s_`, any case) up to the first byte that no
/// key holds by `[api key]`: for text from elsewhere that goes into a log or an error.
[[nodiscard]] std::string redact(std::string_view text);

}  // namespace kitfox::protocol
