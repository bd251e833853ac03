#include "conformance/bench/bench_report.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace kitfox::conformance {
namespace {

using side = bench_target::side;

TEST(BenchReport, IsMetWhenEveryTargetIs) {
  bench_report report;
  EXPECT_TRUE(report.met());
  report.targets.push_back({"rate", "1/s", 500, 500, side::at_least});
  report.targets.push_back({"memory", "KiB", 64, 64, side::at_most});
  EXPECT_TRUE(report.met());
  report.targets.push_back({"more", "KiB", 64.1, 64, side::at_most});
  EXPECT_FALSE(report.met());
}

TEST(BenchReport, HasALineForEachTarget) {
  bench_report report;
  report.text = "what was found\n";
  report.targets.push_back({"rate", "1/s", 499, 500, side::at_least});
  report.targets.push_back({"memory", "KiB", 12.5, 64, side::at_most});
  std::ostringstream out;
  report.print(out);
  EXPECT_EQ(out.str(),
            "what was found\n"
            "\n"
            "target                                   measured          wanted  unit\n"
            "rate                                          499  >=         500  1/s               MISSED\n"
            "memory                                       12.5  <=          64  KiB               ok\n");
}

TEST(BenchReport, TellsProgramsTheSame) {
  bench_report report;
  report.schema = "kitfox/bench-something/1";
  report.values = {{"x", 1}};
  report.targets.push_back({"rate", "1/s", 499, 500, side::at_least});
  const auto json = report.to_json();
  EXPECT_EQ(json["schema"], "kitfox/bench-something/1");
  EXPECT_EQ(json["values"]["x"], 1);
  EXPECT_EQ(
      json["targets"][0],
      nlohmann::ordered_json::parse(
          R"({"name":"rate","measured":499.0,"relation":">=","target":500.0,"unit":"1/s","ok":false})"));
}

}  // namespace
}  // namespace kitfox::conformance
