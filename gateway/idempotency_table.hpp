#pragma once
#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/options.hpp"
#include "gateway/tenancy.hpp"

namespace kitfox::gateway {

/// What a call with an idempotency key is (IDM-4).
enum class idempotency_verdict {
  fresh,     ///< The first with this key: run it, then finish() or drop().
  running,   ///< The same call is in flight as `request_id`: share its result.
  replay,    ///< The same call has ended: give `answer` again.
  conflict,  ///< The key was used for another call: 409.
  full,      ///< No room, and everything is in flight: `busy`.
};
struct idempotency_decision {
  idempotency_verdict verdict = idempotency_verdict::fresh;
  std::string request_id{};  ///< For running.
  std::string answer{};      ///< For replay.
};

/// Remembers calls by tenant and idempotency key, within bounds of entries, bytes and time; what has ended
/// longest ago goes first. No I/O; times must not go back.
class idempotency_table {
 public:
  explicit idempotency_table(const gateway_limits& limits) : limits_{limits} {}

  /// `body_hash` identifies everything that makes two calls the same. A fresh call is stored as running under
  /// `request_id`.
  [[nodiscard]] idempotency_decision begin(const tenant& owner, std::string_view key,
                                           std::string_view body_hash, std::string_view request_id,
                                           runtime::mono_time now);
  /// The call has a result worth keeping.
  void finish(const tenant& owner, std::string_view key, std::string answer, runtime::mono_time now);
  /// The call never started, so that the same key may try again.
  void drop(const tenant& owner, std::string_view key);
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  using name = std::pair<tenant, std::string>;
  struct entry {
    std::string body_hash, request_id, answer;
    bool ended = false;
    runtime::mono_time forget_at{};
  };
  void forget(runtime::mono_time now);
  void forget_oldest();
  const gateway_limits& limits_;
  std::map<name, entry> entries_;
  std::list<name> ended_;  ///< Oldest first.
  std::size_t bytes_ = 0;
};

}  // namespace kitfox::gateway
