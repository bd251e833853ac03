#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.hpp"

namespace kitfox::sim {

/// What one entry of the trace is about. The meaning of `size` and `content` follows.
enum class trace_kind : std::uint8_t {
  timer,          ///< A timer fired; size: handlers run so far.
  host_started,   ///< content: hash of the name.
  host_killed,    ///< size: the kill_mode.
  host_paused,    ///< A host was stopped.
  host_resumed,   ///< It goes on.
  clock_changed,  ///< content: what was done to it.
  task_started,   ///< size: its id; content: hash of its name.
  task_ended,     ///< size: its id.
  event,          ///< The host emitted an event; content: hash of name and fields.
  dial,           ///< size: connection.
  dialled,        ///< size: connection; content: the answer, 0 when given up.
  tls,            ///< size: connection; content: hash of the failure.
  sent,           ///< size: bytes; content: hash of connection, side and bytes.
  delivered,      ///< The same, at the other end.
  end_sent,       ///< size: connection; content: side and kind.
  end_delivered,  ///< The same, at the other end.
};
[[nodiscard]] std::string_view to_string(trace_kind) noexcept;

struct trace_record {
  runtime::mono_time time{};
  trace_kind kind = trace_kind::timer;
  std::uint32_t node = 0;  ///< Number of the host, in order of starting; 0: the world.
  std::uint64_t size = 0;
  std::uint64_t content = 0;
  bool operator==(const trace_record&) const = default;
};

/// Everything that happened in a run, as one number and, if wanted, as a list. Two runs of one program with
/// one seed have the same hash; where they have not, first_difference() shows where they part.
class trace {
 public:
  /// Keeps the first `records_max` records; 0 keeps only the hash.
  explicit trace(std::size_t records_max) : records_max_{records_max} {}

  void add(const trace_record& one) {
    mix(static_cast<std::uint64_t>(one.time.time_since_epoch().count()));
    mix(static_cast<std::uint64_t>(one.kind) << 32 | one.node);
    mix(one.size);
    mix(one.content);
    ++count_;
    if (records_.size() < records_max_) records_.push_back(one);
  }
  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  /// All records ever added, kept or not.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::span<const trace_record> records() const noexcept { return records_; }

 private:
  void mix(std::uint64_t word) noexcept {
    hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15ULL;
    hash_ ^= hash_ >> 29;
  }
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  std::uint64_t count_ = 0;
  std::size_t records_max_;
  std::vector<trace_record> records_;
};

/// A hash of bytes that is the same on every platform; not for untrusted input.
[[nodiscard]] std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0) noexcept;

/// Where two runs part: the index of the first record that differs or that only one of them has.
struct trace_difference {
  std::size_t index = 0;
  std::optional<trace_record> left, right;
};
[[nodiscard]] std::optional<trace_difference> first_difference(const trace& left, const trace& right);
/// "12.500000000s delivered agent-1#2 size=42 content=0123456789abcdef"; `hosts` are the labels by number.
[[nodiscard]] std::string print_trace_record(const trace_record&, std::span<const std::string> hosts);
/// Both sides of a difference, one a line.
[[nodiscard]] std::string print_difference(const trace_difference&, std::span<const std::string> hosts);

}  // namespace kitfox::sim
