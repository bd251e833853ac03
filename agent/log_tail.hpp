#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kitfox::agent {

/// Decides how many of a log's last lines to ask for. A kubelet goes to the begin of the tail and stops after
/// `limitBytes`, so that a tail over the limit lacks its newest lines. An answer that reaches the limit is
/// therefore asked for again with as many lines as the limit has just been seen to hold, and a tenth less;
/// the last of `tries_max` times for one line. No I/O.
class log_tail {
 public:
  static constexpr std::uint32_t tries_max = 5;  ///< Answers to one command.

  /// Asserts that both are positive.
  log_tail(std::int64_t lines, std::size_t bytes_max);

  /// What to ask for next.
  [[nodiscard]] std::int64_t lines() const noexcept { return lines_; }
  enum class step {
    ask_again,  ///< For lines(); forget the answer.
    take,       ///< The answer holds the newest lines; of a single line over the limit, its begin.
  };
  [[nodiscard]] step on_answer(std::string_view log);
  /// True if older lines, or the end of a line, were left out to keep the limit.
  [[nodiscard]] bool cut() const noexcept { return cut_; }

 private:
  std::int64_t lines_;
  std::size_t bytes_max_;
  std::uint32_t tries_ = 0;
  bool cut_ = false;
};

}  // namespace kitfox::agent
