#pragma once
#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "fakes/fault/fault.hpp"

namespace kitfox::fault {

/// Bytes and ends of one direction that wait for their time, in order: what comes later is never released
/// earlier.
class delay_line {
 public:
  void push(std::string bytes, runtime::mono_time release);
  void push_end(end_kind how, runtime::mono_time release);
  /// Passes on, as coming from `from`, everything that is due.
  void release_due(side from, fault_context& context);
  /// Makes everything that waits due at `when` at the latest.
  void hurry(runtime::mono_time when);
  /// Drops everything.
  void clear();

  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Release time of the first item; empty when there is none.
  [[nodiscard]] std::optional<runtime::mono_time> next() const noexcept;
  /// Release time of the last item ever pushed.
  [[nodiscard]] runtime::mono_time last() const noexcept { return last_; }

 private:
  struct item {
    runtime::mono_time release;
    std::string bytes;
    std::optional<end_kind> end;
  };
  std::deque<item> items_;
  std::size_t bytes_ = 0;
  runtime::mono_time last_{};
};

/// A delay line for each direction, with the fault's timer kept at the next release.
class delay_lines {
 public:
  [[nodiscard]] delay_line& of(side from) noexcept { return lines_[index(from)]; }
  [[nodiscard]] const delay_line& of(side from) const noexcept { return lines_[index(from)]; }
  /// Passes on what is due and asks for the timer of what is not. Call it after every push and on every
  /// timer.
  void run(fault_context& context);
  void hurry(runtime::mono_time when);
  [[nodiscard]] bool empty() const noexcept { return lines_[0].empty() && lines_[1].empty(); }
  [[nodiscard]] std::optional<runtime::mono_time> next() const noexcept;

 private:
  static std::size_t index(side from) noexcept { return from == side::client ? 0 : 1; }
  std::array<delay_line, 2> lines_;
};

}  // namespace kitfox::fault
