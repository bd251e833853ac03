#include "fakes/kube/go_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "runtime/ascii.hpp"

namespace kitfox::kube {

namespace {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (byte < 0x20 || byte == 0x7f) {
          out += fmt::format("\\x{:02x}", byte);
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct civil {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<runtime::duration> clock;
};

civil split(runtime::wall_time when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  return {std::chrono::year_month_day{day}, std::chrono::hh_mm_ss<runtime::duration>{when - day}};
}

std::string print_seconds(const civil& at) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(at.date.year()),
                     static_cast<unsigned>(at.date.month()), static_cast<unsigned>(at.date.day()),
                     at.clock.hours().count(), at.clock.minutes().count(), at.clock.seconds().count());
}

// Reads `digits` decimal digits at `at` and steps over them and one following separator, if any is given.
std::optional<int> take(std::string_view& text, std::size_t digits, char separator = '\0') {
  if (text.size() < digits) return std::nullopt;
  const auto value = parse_number<unsigned>(text.substr(0, digits));
  if (!value) return std::nullopt;
  text.remove_prefix(digits);
  if (separator != '\0') {
    if (text.empty() || text.front() != separator) return std::nullopt;
    text.remove_prefix(1);
  }
  return static_cast<int>(*value);
}

std::optional<runtime::duration> take_fraction(std::string_view& text) {
  if (text.empty() || text.front() != '.') return runtime::duration{0};
  text.remove_prefix(1);
  std::int64_t nanos = 0;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
    if (digits < 9) nanos = nanos * 10 + (text.front() - '0');
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 9; ++digits) nanos *= 10;
  return runtime::duration{nanos};
}

std::optional<std::chrono::minutes> take_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes{0};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take(text, 2, ':');
  const auto minutes = hours ? take(text, 2) : std::nullopt;
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return std::chrono::minutes{sign * (*hours * 60 + *minutes)};
}

}  // namespace

std::string go_quote(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

std::string go_quote(std::span<const std::string> texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ' ';
    append_quoted(out, text);
  }
  return out + "]";
}

bool go_query_flag(std::optional<std::string_view> value) {
  if (!value) return false;
  const std::string lower = runtime::lower_case(*value);
  return lower != "false" && lower != "0";
}

std::optional<std::int64_t> go_parse_int(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  return parse_number<std::int64_t>(text);
}

std::optional<std::uint64_t> go_parse_uint(std::string_view text) {
  return parse_number<std::uint64_t>(text);
}

std::string print_time(runtime::wall_time when) { return print_seconds(split(when)) + "Z"; }

std::string print_time_nanos(runtime::wall_time when) {
  const civil at = split(when);
  return fmt::format("{}.{:09}Z", print_seconds(at), at.clock.subseconds().count());
}

std::optional<runtime::wall_time> parse_time(std::string_view text) {
  const auto year = take(text, 4, '-');
  const auto month = year ? take(text, 2, '-') : std::nullopt;
  const auto day = month ? take(text, 2) : std::nullopt;
  if (!day || text.empty() || (text.front() != 'T' && text.front() != 't')) return std::nullopt;
  text.remove_prefix(1);
  const auto hour = take(text, 2, ':');
  const auto minute = hour ? take(text, 2, ':') : std::nullopt;
  const auto second = minute ? take(text, 2) : std::nullopt;
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto fraction = take_fraction(text);
  const auto offset = fraction ? take_offset(text) : std::nullopt;
  if (!offset) return std::nullopt;
  // Nanoseconds since 1970 in 64 bits reach from 1678 to 2261.
  if (*year < 1678 || *year > 2261) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return runtime::wall_time{std::chrono::sys_days{date}} + std::chrono::hours{*hour} +
         std::chrono::minutes{*minute} + std::chrono::seconds{*second} + *fraction - *offset;
}

std::string human_duration(runtime::duration span) {
  using namespace std::chrono;
  const auto seconds_total = duration_cast<seconds>(span).count();
  if (seconds_total < -1) return "<invalid>";
  if (seconds_total < 0) return "0s";
  if (seconds_total < 120) return fmt::format("{}s", seconds_total);
  const auto minutes_total = seconds_total / 60;
  const auto hours_total = minutes_total / 60;
  const auto days_total = hours_total / 24;
  const auto two = [](auto first, char first_unit, auto second, char second_unit) {
    if (second == 0) return fmt::format("{}{}", first, first_unit);
    return fmt::format("{}{}{}{}", first, first_unit, second, second_unit);
  };
  if (minutes_total < 10) return two(minutes_total, 'm', seconds_total % 60, 's');
  if (minutes_total < 180) return fmt::format("{}m", minutes_total);
  if (hours_total < 8) return two(hours_total, 'h', minutes_total % 60, 'm');
  if (hours_total < 48) return fmt::format("{}h", hours_total);
  if (hours_total < 24 * 8) return two(days_total, 'd', hours_total % 24, 'h');
  if (days_total < 365 * 2) return fmt::format("{}d", days_total);
  if (days_total < 365 * 8) return two(days_total / 365, 'y', days_total % 365, 'd');
  return fmt::format("{}y", days_total / 365);
}

}  // namespace kitfox::kube
