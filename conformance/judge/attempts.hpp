#pragma once
#include <optional>
#include <vector>

#include "conformance/judge/evidence.hpp"

namespace kitfox::conformance {

/// One attempt of an agent process to have a stream: from its dial to the moment at which it was over for the
/// agent.
struct attempt {
  std::size_t connection = 0;
  std::optional<std::size_t> stream;
  instant dialled = 0;
  std::optional<instant> over;   ///< Empty: still running when the transcript ended.
  int status = 0;                ///< Of the answer to /agent/connect; 0: none came.
  bool established = false;      ///< `connected` was delivered.
  instant healthy = 0;           ///< From `connected` to the last byte of the gateway.
  std::optional<instant> floor;  ///< The longest that the gateway asked to wait.
  std::optional<instant> retry;  ///< Of `retry:`; stays in force over later attempts until changed.
  bool ambiguous = false;        ///< It may have been dialled for something else, such as a response.
};

/// The attempts of one agent process, in order. Dials that turned out to serve responses or heartbeats are
/// left out; dials that failed before they served anything count, unless a response was owed at the time.
[[nodiscard]] std::vector<attempt> attempts_of(const evidence& about, const process& agent);

/// The wait between two attempts, and what bounds it.
struct wait_before_retry {
  std::size_t after = 0, before = 0;  ///< Attempts.
  instant from = 0, delay = 0;
  unsigned consecutive = 0;  ///< Ends since the last healthy stream, from 0 for the first.
  instant envelope = 0;  ///< What the agent's declared backoff allows at most, without the gateway's floor.
  bool after_session = false;
  /// The gateway asked for a wait or refused the key: other rules than the envelope's hold (REC-6, REC-7).
  bool asked_for = false;
};
/// Waits in which a dial may have gone unseen are left out; from then on the count is taken to have reached
/// the cap, until a healthy stream starts it anew.
[[nodiscard]] std::vector<wait_before_retry> waits_of(const evidence& about,
                                                      const std::vector<attempt>& attempts);

/// The longest wait that the judge lets pass after `ended`: the envelope, and where the gateway asked for a
/// pause, that pause and once more the longer of both. Empty after a refused key: REC-6 has its own rule.
[[nodiscard]] std::optional<instant> longest_wait(const wait_before_retry& wait, const attempt& ended);

/// The range that the agent declares for the first wait of a row.
[[nodiscard]] instant first_envelope(const evidence& about);
/// The range that the agent declares for the first wait after a session.
[[nodiscard]] instant session_spread(const evidence& about);

}  // namespace kitfox::conformance
