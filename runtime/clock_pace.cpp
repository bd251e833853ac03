#include "runtime/clock_pace.hpp"

#include <charconv>

namespace kitfox::runtime {
namespace {

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number out{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

std::string print_clock_pace(const clock_pace& pace) {
  return std::to_string(pace.times) + "@" + std::to_string(pace.since.time_since_epoch().count());
}

std::optional<clock_pace> parse_clock_pace(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto times = number_in<std::uint32_t>(text.substr(0, at));
  const auto since = number_in<duration::rep>(text.substr(at + 1));
  if (!times || !since || *times == 0 || *times > clock_pace_max || *since < 0) return std::nullopt;
  return clock_pace{*times, wall_time{duration{*since}}};
}

}  // namespace kitfox::runtime
