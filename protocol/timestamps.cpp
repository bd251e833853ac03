#include "protocol/timestamps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace kitfox::protocol {
namespace {

using std::chrono::sys_days;

constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> day_names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_day_names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                            "Thursday", "Friday", "Saturday"};

/// Reads a text from left to right. After the first mismatch it stays failed and returns zeros.
class cursor {
 public:
  explicit cursor(std::string_view text) noexcept : rest_{text} {}

  [[nodiscard]] bool complete() const noexcept { return !failed_ && rest_.empty(); }
  [[nodiscard]] bool starts_with(char c) const noexcept { return !failed_ && rest_.starts_with(c); }
  [[nodiscard]] bool starts_with_digit() const noexcept {
    return !failed_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }

  bool take_if(char c) noexcept {
    if (!starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view text) noexcept {
    if (rest_.starts_with(text))
      rest_.remove_prefix(text.size());
    else
      failed_ = true;
  }

  void expect_any(std::string_view characters) noexcept {
    if (!rest_.empty() && characters.find(rest_.front()) != std::string_view::npos)
      rest_.remove_prefix(1);
    else
      failed_ = true;
  }

  /// Exactly `digit_count` digits.
  int number(std::size_t digit_count) noexcept {
    int value = 0;
    for (; digit_count > 0; --digit_count) {
      if (!starts_with_digit()) {
        failed_ = true;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  /// The position in `names` of the one that stands here.
  template <std::size_t Count>
  unsigned name(const std::array<std::string_view, Count>& names) noexcept {
    for (unsigned index = 0; index < Count; ++index) {
      if (!rest_.starts_with(names[index])) continue;
      rest_.remove_prefix(names[index].size());
      return index;
    }
    failed_ = true;
    return 0;
  }

  /// One digit or more after the point, as nanoseconds; further digits are cut.
  std::int64_t fraction() noexcept {
    std::int64_t value = 0;
    std::int64_t unit = 100'000'000;
    if (!starts_with_digit()) failed_ = true;
    for (; starts_with_digit(); unit /= 10) value += number(1) * unit;
    return value;
  }

  void fail() noexcept { failed_ = true; }

 private:
  std::string_view rest_;
  bool failed_{false};
};

struct civil_time {
  int year{};
  unsigned month{};
  unsigned day{};
  int hour{};
  int minute{};
  int second{};
  std::int64_t nanosecond{};
  int offset_minutes{};
};

result<timestamp> to_timestamp(const civil_time& civil) {
  const std::chrono::year_month_day date{std::chrono::year{civil.year}, std::chrono::month{civil.month},
                                         std::chrono::day{civil.day}};
  const bool valid = civil.year >= 1678 && civil.year <= 2261 && date.ok() && civil.hour <= 23 &&
                     civil.minute <= 59 && civil.second <= 60;
  if (!valid) return protocol_errc::bad_timestamp;
  return timestamp{sys_days{date}} + std::chrono::hours{civil.hour} +
         std::chrono::minutes{civil.minute - civil.offset_minutes} + std::chrono::seconds{civil.second} +
         std::chrono::nanoseconds{civil.nanosecond};
}

void read_time_of_day(cursor& in, civil_time& civil) {
  civil.hour = in.number(2);
  in.expect(":");
  civil.minute = in.number(2);
  in.expect(":");
  civil.second = in.number(2);
}

enum class strictness { rfc3339, iso8601 };

void read_offset(cursor& in, civil_time& civil, strictness rule) {
  if (in.take_if('Z') || in.take_if('z')) return;
  const bool west = in.starts_with('-');
  if (rule == strictness::iso8601 && in.complete()) return;
  in.expect_any("+-");
  const int hours = in.number(2);
  int minutes = 0;
  const bool colon = in.take_if(':');
  if (colon || rule == strictness::rfc3339 || in.starts_with_digit()) {
    if (!colon && rule == strictness::rfc3339) in.fail();
    minutes = in.number(2);
  }
  if (hours > 23 || minutes > 59) in.fail();
  civil.offset_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
}

result<timestamp> parse_iso_form(std::string_view text, strictness rule) {
  cursor in{text};
  civil_time civil;
  civil.year = in.number(4);
  in.expect("-");
  civil.month = static_cast<unsigned>(in.number(2));
  in.expect("-");
  civil.day = static_cast<unsigned>(in.number(2));
  in.expect_any(rule == strictness::rfc3339 ? "Tt" : "Tt ");
  read_time_of_day(in, civil);
  if (in.take_if('.') || (rule == strictness::iso8601 && in.take_if(','))) civil.nanosecond = in.fraction();
  read_offset(in, civil, rule);
  if (!in.complete()) return protocol_errc::bad_timestamp;
  return to_timestamp(civil);
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
std::optional<civil_time> read_imf_fixdate(std::string_view text) {
  cursor in{text};
  civil_time civil;
  in.name(day_names);
  in.expect(", ");
  civil.day = static_cast<unsigned>(in.number(2));
  in.expect(" ");
  civil.month = in.name(month_names) + 1;
  in.expect(" ");
  civil.year = in.number(4);
  in.expect(" ");
  read_time_of_day(in, civil);
  in.expect(" GMT");
  if (!in.complete()) return std::nullopt;
  return civil;
}

int year_of(timestamp time) {
  return int{std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(time)}.year()};
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`
std::optional<civil_time> read_rfc850_date(std::string_view text, timestamp now) {
  cursor in{text};
  civil_time civil;
  in.name(long_day_names);
  in.expect(", ");
  civil.day = static_cast<unsigned>(in.number(2));
  in.expect("-");
  civil.month = in.name(month_names) + 1;
  in.expect("-");
  const int this_year = year_of(now);
  civil.year = this_year - this_year % 100 + in.number(2);
  in.expect(" ");
  read_time_of_day(in, civil);
  in.expect(" GMT");
  if (!in.complete()) return std::nullopt;
  if (civil.year > this_year + 50) civil.year -= 100;
  return civil;
}

/// `Sun Nov  6 08:49:37 1994`
std::optional<civil_time> read_asctime_date(std::string_view text) {
  cursor in{text};
  civil_time civil;
  in.name(day_names);
  in.expect(" ");
  civil.month = in.name(month_names) + 1;
  in.expect(" ");
  civil.day = static_cast<unsigned>(in.take_if(' ') ? in.number(1) : in.number(2));
  in.expect(" ");
  read_time_of_day(in, civil);
  in.expect(" ");
  civil.year = in.number(4);
  if (!in.complete()) return std::nullopt;
  return civil;
}

struct broken_down {
  std::chrono::year_month_day date;
  std::chrono::weekday day_of_week;
  std::chrono::hh_mm_ss<std::chrono::nanoseconds> clock;
};

broken_down break_down(timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day{day}, std::chrono::weekday{day},
          std::chrono::hh_mm_ss<std::chrono::nanoseconds>{time - day}};
}

/// With leading zeros; `value` is not negative and has at most `digit_count` digits.
void append_number(std::string& out, std::int64_t value, std::size_t digit_count) {
  out.append(digit_count, '0');
  for (std::size_t at = out.size(); value != 0; value /= 10) out[--at] = static_cast<char>('0' + value % 10);
}

}  // namespace

result<timestamp> parse_rfc3339(std::string_view text) { return parse_iso_form(text, strictness::rfc3339); }

result<timestamp> parse_iso8601(std::string_view text) { return parse_iso_form(text, strictness::iso8601); }

std::string print_rfc3339(timestamp time, time_precision precision) {
  const broken_down parts = break_down(time);
  std::string text;
  text.reserve(sizeof "2024-05-06T07:08:09.123456789Z");
  append_number(text, int{parts.date.year()}, 4);
  text += '-';
  append_number(text, unsigned{parts.date.month()}, 2);
  text += '-';
  append_number(text, unsigned{parts.date.day()}, 2);
  text += 'T';
  append_number(text, parts.clock.hours().count(), 2);
  text += ':';
  append_number(text, parts.clock.minutes().count(), 2);
  text += ':';
  append_number(text, parts.clock.seconds().count(), 2);
  const std::int64_t nanoseconds = parts.clock.subseconds().count();
  switch (precision) {
    case time_precision::seconds:
      break;
    case time_precision::milliseconds:
      append_number(text += '.', nanoseconds / 1'000'000, 3);
      break;
    case time_precision::microseconds:
      append_number(text += '.', nanoseconds / 1'000, 6);
      break;
    case time_precision::nanoseconds:
      append_number(text += '.', nanoseconds, 9);
      break;
  }
  text += 'Z';
  return text;
}

result<timestamp> parse_http_date(std::string_view text, timestamp now) {
  std::optional<civil_time> civil = read_imf_fixdate(text);
  if (!civil) civil = read_rfc850_date(text, now);
  if (!civil) civil = read_asctime_date(text);
  if (!civil) return protocol_errc::bad_timestamp;
  return to_timestamp(*civil);
}

std::string print_http_date(timestamp time) {
  const broken_down parts = break_down(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", day_names[parts.day_of_week.c_encoding()],
                     unsigned{parts.date.day()}, month_names[unsigned{parts.date.month()} - 1],
                     int{parts.date.year()}, parts.clock.hours().count(), parts.clock.minutes().count(),
                     parts.clock.seconds().count());
}

result<std::chrono::milliseconds> parse_retry_after(std::string_view text, timestamp now,
                                                    std::chrono::milliseconds delay_max) {
  using std::chrono::milliseconds;
  const bool is_delay = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_delay) {
    milliseconds delay{0};
    for (const char digit : text) delay = std::min(delay * 10 + std::chrono::seconds{digit - '0'}, delay_max);
    return delay;
  }
  const result<timestamp> date = parse_http_date(text, now);
  if (!date) return date.error();
  if (*date <= now) return milliseconds{0};
  // Subtracting seconds first: the difference of two far moments may not fit into nanoseconds.
  const auto whole =
      std::chrono::floor<std::chrono::seconds>(*date) - std::chrono::floor<std::chrono::seconds>(now);
  if (whole > delay_max + std::chrono::seconds{1}) return delay_max;
  return std::min(std::chrono::ceil<milliseconds>(*date - now), delay_max);
}

}  // namespace kitfox::protocol
