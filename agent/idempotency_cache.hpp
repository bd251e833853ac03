#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/agent_policy.hpp"
#include "runtime/clock.hpp"

namespace kitfox::agent {

/// Remembers which request ids were seen and how they were answered, so that a repeated command is answered
/// again and not run again. Bounded by entries, age and bytes of stored answers; the oldest answered entries
/// go first, ids under way never. No I/O; `now` is the host's monotonic time.
class idempotency_cache {
 public:
  explicit idempotency_cache(const idempotency_options& options) : options_{options} {}

  enum class sighting {
    fresh,      ///< First time: run it, then call on_answered() with its ticket.
    in_flight,  ///< Being run: its one answer will do.
    answered,   ///< `body` is the answer to send again.
    forgotten,  ///< Was answered, but the answer was too old or too much to keep.
  };
  struct verdict {
    sighting seen = sighting::fresh;
    std::string body;  ///< Of `answered`.
  };
  [[nodiscard]] verdict on_command(const std::string& request_id, runtime::mono_time now);
  /// `body` is what was posted. Does nothing for an id that is not under way.
  void on_answered(const std::string& request_id, std::string body, runtime::mono_time now);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] std::size_t answer_bytes() const noexcept { return answer_bytes_; }

 private:
  struct entry {
    bool answered = false;
    bool has_body = false;
    std::string body{};
    runtime::mono_time answered_at{};
  };
  void drop_body(entry& one);
  void trim(runtime::mono_time now);

  idempotency_options options_;
  std::map<std::string, entry, std::less<>> entries_;
  std::deque<std::string> answered_;     ///< Ids by time of answer, oldest first.
  std::deque<std::string> with_bodies_;  ///< The same, of those whose answer is still held.
  std::size_t answer_bytes_ = 0;
};

}  // namespace kitfox::agent
