#include "conformance/bench/distribution.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

using namespace std::chrono_literals;

TEST(Distribution, QuantilesAreNearestRanks) {
  distribution of;
  for (int i = 100; i >= 1; --i) of.add(std::chrono::milliseconds{i});
  EXPECT_EQ(of.quantile(0.5), 50ms);
  EXPECT_EQ(of.quantile(0.99), 99ms);
  EXPECT_EQ(of.quantile(1), 100ms);
  EXPECT_EQ(of.quantile(0.001), 1ms);
  EXPECT_EQ(of.mean(), 50500us);
}

TEST(Distribution, OfNothingIsZero) {
  const distribution of;
  EXPECT_EQ(of.quantile(0.5), 0ns);
  EXPECT_EQ(of.mean(), 0ns);
  EXPECT_EQ(of.print_histogram(), "");
  EXPECT_EQ(of.to_json()["count"], 0);
}

TEST(Distribution, HistogramCountsEverySampleOnceBelowItsBound) {
  distribution of;
  for (const auto one : {0ns, 1000ns, 1001ns, 10'000'000ns, 999'000'000ns}) of.add(one);
  double below = 0;
  std::size_t total = 0;
  const auto json = of.to_json();
  for (const auto& bin : json["histogram_ms"]) {
    EXPECT_GT(bin[0].get<double>(), below);
    below = bin[0].get<double>();
    total += bin[1].get<std::size_t>();
  }
  EXPECT_EQ(total, 5U);
  EXPECT_GE(below, 999.0);
}

TEST(Distribution, HistogramDrawsTheLongestBarForTheFullestBin) {
  distribution of;
  for (int i = 0; i < 10; ++i) of.add(1ms);
  of.add(2ms);
  const std::string text = of.print_histogram();
  EXPECT_NE(text.find("<=     1 ms        10  " + std::string(50, '#') + "\n"), std::string::npos) << text;
  EXPECT_NE(text.find("         1  #####\n"), std::string::npos) << text;
  EXPECT_NE(text.find("#\n  ...\n"), std::string::npos) << text;
}

TEST(Distribution, KeepsABoundedNumberOfSamplesAndCountsAll) {
  distribution of;
  for (std::size_t i = 0; i < distribution::samples_max + 3; ++i) of.add(1us);
  EXPECT_EQ(of.count(), distribution::samples_max + 3);
  EXPECT_EQ(of.to_json()["histogram_ms"][0][1], distribution::samples_max);
}

TEST(PrintSpan, PicksTheUnit) {
  EXPECT_EQ(print_span(812us), "812 us");
  EXPECT_EQ(print_span(1540us), "1.54 ms");
  EXPECT_EQ(print_span(2300ms), "2.3 s");
}

}  // namespace
}  // namespace kitfox::conformance
