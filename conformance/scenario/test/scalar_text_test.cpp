#include "conformance/scenario/scalar_text.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, ReadsEveryUnitAndTheirSums) {
  EXPECT_EQ(parse_duration("7ns"), duration{7});
  EXPECT_EQ(parse_duration("2us"), duration{2us});
  EXPECT_EQ(parse_duration("250ms"), duration{250ms});
  EXPECT_EQ(parse_duration("1.5s"), duration{1500ms});
  EXPECT_EQ(parse_duration("1h30m"), duration{90min});
  EXPECT_EQ(parse_duration("7d"), duration{168h});
  EXPECT_EQ(parse_duration("-10m"), duration{-10min});
  EXPECT_EQ(parse_duration("0s"), duration{});
}

TEST(ParseDuration, RefusesWhatIsNone) {
  for (const char* text : {"", "-", "5", "s", "5 s", "5sec", "5s ", "1e3s", "1.2.3s", "300000d", "."})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(PrintDuration, IsReadBackAsItWas) {
  for (const duration span :
       {duration{}, duration{1}, duration{90min}, duration{250ms}, duration{-1500ms},
        duration{std::chrono::hours{24 * 365}}, duration::max(), duration::min() + 1ns}) {
    const std::string text = print_duration(span);
    if (span < duration{std::chrono::hours{24 * 3650}} && span > duration{-1h}) {
      EXPECT_EQ(parse_duration(text), span) << text;
    }
    EXPECT_FALSE(text.empty());
  }
  EXPECT_EQ(print_duration(90min + 250ms), "1h30m250ms");
  EXPECT_EQ(print_duration(duration{}), "0s");
}

TEST(ParseSize, KnowsBinaryAndDecimalUnits) {
  EXPECT_EQ(parse_size("65536"), 65536);
  EXPECT_EQ(parse_size("64KiB"), 65536);
  EXPECT_EQ(parse_size("1MB"), 1'000'000);
  EXPECT_EQ(parse_size("2GiB"), std::int64_t{2} << 30);
  for (const char* text : {"", "KiB", "1KB/s", "64 KiB", "-1", "99999999999GiB"})
    EXPECT_FALSE(parse_size(text)) << text;
  EXPECT_EQ(parse_bandwidth("1KiB/s"), 1024);
  EXPECT_FALSE(parse_bandwidth("1KiB/m"));
}

TEST(ParseRate, ReadsCountAndWindow) {
  const auto two = parse_rate("2/min");
  ASSERT_TRUE(two);
  EXPECT_EQ(two->count, 2U);
  EXPECT_EQ(two->per, duration{1min});
  const auto five = parse_rate("5/10s");
  ASSERT_TRUE(five);
  EXPECT_EQ(five->per, duration{10s});
  for (const char* text : {"", "2", "/s", "2/", "2/0s", "x/s", "2/day"})
    EXPECT_FALSE(parse_rate(text)) << text;
}

TEST(FitsGlob, LetsStarsStandForAnything) {
  EXPECT_TRUE(fits_glob("*", ""));
  EXPECT_TRUE(fits_glob("prod-*", "prod-us-east-1"));
  EXPECT_TRUE(fits_glob("*-*-1", "prod-us-east-1"));
  EXPECT_TRUE(fits_glob("a**b", "ab"));
  EXPECT_FALSE(fits_glob("prod-*", "staging"));
  EXPECT_FALSE(fits_glob("", "x"));
  EXPECT_FALSE(fits_glob("*a", "ab"));
}

}  // namespace
}  // namespace kitfox::conformance
