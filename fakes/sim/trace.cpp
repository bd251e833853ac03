#include "fakes/sim/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace kitfox::sim {
namespace {

/// The first `count` bytes, at most 8, the first one lowest: the order of bytes in memory does not matter.
std::uint64_t word_of(const char* bytes, std::size_t count) noexcept {
  std::uint64_t word = 0;
  if constexpr (std::endian::native == std::endian::little) {
    if (count == sizeof word) {
      std::memcpy(&word, bytes, sizeof word);
      return word;
    }
  }
  for (std::size_t i = 0; i < count; ++i)
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return word;
}

}  // namespace

std::string_view to_string(trace_kind kind) noexcept {
  switch (kind) {
    case trace_kind::timer:
      return "timer";
    case trace_kind::host_started:
      return "host_started";
    case trace_kind::host_killed:
      return "host_killed";
    case trace_kind::host_paused:
      return "host_paused";
    case trace_kind::host_resumed:
      return "host_resumed";
    case trace_kind::clock_changed:
      return "clock_changed";
    case trace_kind::task_started:
      return "task_started";
    case trace_kind::task_ended:
      return "task_ended";
    case trace_kind::event:
      return "event";
    case trace_kind::dial:
      return "dial";
    case trace_kind::dialled:
      return "dialled";
    case trace_kind::tls:
      return "tls";
    case trace_kind::sent:
      return "sent";
    case trace_kind::delivered:
      return "delivered";
    case trace_kind::end_sent:
      return "end_sent";
    case trace_kind::end_delivered:
      return "end_delivered";
  }
  return "unknown";
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
  constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15ULL;
  std::uint64_t hash = (seed ^ bytes.size()) * multiplier;
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(8, bytes.size());
    hash = (hash ^ word_of(bytes.data(), count)) * multiplier;
    hash ^= hash >> 29;
    bytes.remove_prefix(count);
  }
  return hash;
}

std::optional<trace_difference> first_difference(const trace& left, const trace& right) {
  const auto a = left.records();
  const auto b = right.records();
  const std::size_t both = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < both; ++i)
    if (a[i] != b[i]) return trace_difference{i, a[i], b[i]};
  if (a.size() == b.size()) return std::nullopt;
  trace_difference only{both, {}, {}};
  if (a.size() > both) only.left = a[both];
  if (b.size() > both) only.right = b[both];
  return only;
}

std::string print_trace_record(const trace_record& one, std::span<const std::string> hosts) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t at = one.time.time_since_epoch().count();
  const std::string_view host = one.node < hosts.size() ? std::string_view{hosts[one.node]} : "?";
  return fmt::format("{}.{:09}s {} {} size={} content={:016x}", at / second, at % second, to_string(one.kind),
                     host, one.size, one.content);
}

std::string print_difference(const trace_difference& difference, std::span<const std::string> hosts) {
  const auto side = [&](const std::optional<trace_record>& one) {
    return one ? print_trace_record(*one, hosts) : std::string{"nothing: this run has ended"};
  };
  return fmt::format("record {}\n  left:  {}\n  right: {}", difference.index, side(difference.left),
                     side(difference.right));
}

}  // namespace kitfox::sim
