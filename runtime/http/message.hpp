#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.hpp"

namespace kitfox::runtime::http {

/// Header fields in order; names compare without letter case (RFC 9110 §5.1).
class fields {
 public:
  struct field {
    std::string name, value;
    bool operator==(const field&) const = default;
  };
  void add(std::string name, std::string value) {
    if (all_.empty()) all_.reserve(usual_count);
    all_.push_back({std::move(name), std::move(value)});
  }
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string value);
  void erase(std::string_view name);
  /// The first value of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] const std::vector<field>& all() const noexcept { return all_; }
  bool operator==(const fields&) const = default;

 private:
  static constexpr std::size_t usual_count = 8;  ///< More cost an allocation.
  std::vector<field> all_;
};

/// `target` is in origin form, percent-encoded: "/agent/connect?agent_version=1".
struct request {
  std::string method = "GET";
  std::string target = "/";
  fields headers;
  std::string body;
};

/// `body` is empty where the body is streamed.
struct response {
  int status = 200;
  fields headers;
  std::string body;
};

/// Bounds of one connection; what goes over them is refused, never buffered.
struct limits {
  std::size_t header_bytes_max = 16 * 1024;  ///< Request or status line and all fields.
  std::size_t body_bytes_max = 1024 * 1024;  ///< A whole body; streamed bodies are not counted.
  std::size_t chunk_bytes_max = 64 * 1024;   ///< What one read of a streamed body returns at most.
  std::size_t requests_per_connection_max = 1'000'000;
  duration header_timeout =
      std::chrono::seconds{10};  ///< Server: from the first byte of a request to its blank line.
  duration body_timeout = std::chrono::seconds{30};  ///< Server: from there to the end of the body.
  duration idle_timeout = std::chrono::seconds{75};  ///< Server: between requests.
  duration handshake_timeout = std::chrono::seconds{10};
  duration write_timeout =
      std::chrono::seconds{10};  ///< Server: one response, or one chunk of a streamed one.
};

/// The standard reason phrase, "Unknown" where there is none.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// A target split at "?" with its query decoded (application/x-www-form-urlencoded), in order.
struct target_parts {
  std::string path;  ///< Still percent-encoded.
  std::vector<std::pair<std::string, std::string>> query;
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
};
/// Empty when a percent sign is not followed by two hex digits.
[[nodiscard]] std::optional<target_parts> split_target(std::string_view target);
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
/// Encodes everything but unreserved characters (RFC 3986 §2.3).
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace kitfox::runtime::http
