// Times: what parses prints and parses again; no text overflows.
#include "protocol/fuzz/fuzz_input.hpp"
#include "protocol/timestamps.hpp"

using namespace kitfox::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const timestamp now{std::chrono::sys_days{std::chrono::year{2024} / 5 / 6}};
  const auto strict = parse_rfc3339(text);
  const auto lenient = parse_iso8601(text);
  if (strict) fuzz::insist(lenient.has_value() && *lenient == *strict);
  if (lenient) {
    const auto again = parse_rfc3339(print_rfc3339(*lenient, time_precision::nanoseconds));
    fuzz::insist(again.has_value() && *again == *lenient);
  }
  const auto date = parse_http_date(text, now);
  if (date) {
    const auto again = parse_http_date(print_http_date(*date), now);
    fuzz::insist(again.has_value() && *again == *date);
  }
  for (const timestamp moment : {now, timestamp::min(), timestamp::max()}) {
    const auto delay = parse_retry_after(text, moment);
    if (delay) fuzz::insist(delay->count() >= 0 && *delay <= std::chrono::minutes{5});
  }
  return 0;
}
