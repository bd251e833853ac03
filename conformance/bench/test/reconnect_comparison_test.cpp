#include "conformance/bench/reconnect_comparison.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "runtime/temporary_directory.hpp"

namespace kitfox::conformance {
namespace {

std::string write(const runtime::temporary_directory& in, const std::string& name, const std::string& text) {
  const std::string path = (in.path() / name).string();
  std::ofstream{path} << text;
  return path;
}

std::string result_with(const std::string& command, double p50, double bare) {
  return R"({"schema":"kitfox/bench-reconnect/1","values":{"agents":[{"command":")" + command +
         R"(","after_scheduled_delay":{"count":7,"p50_ms":)" + std::to_string(p50) +
         R"(}}],"bare_full":{"p50_ms":)" + std::to_string(bare) + "}}}";
}

TEST(ReconnectComparison, ShowsRatiosToEachOtherAndToTheOwnFloor) {
  const runtime::temporary_directory folder;
  const std::string a = write(folder, "a.json", result_with("old", 2, 1)),
                    b = write(folder, "b.json", result_with("new", 3, 2));
  std::string failure;
  const std::string text = compare_reconnects(a, b, failure);
  EXPECT_EQ(failure, "");
  EXPECT_NE(text.find("p50               2.000      3.000     1.50        2.00      1.50\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("b.json  new\n"), std::string::npos) << text;
}

TEST(ReconnectComparison, RefusesWhatIsNoResult) {
  const runtime::temporary_directory folder;
  const std::string good = write(folder, "good.json", result_with("x", 2, 1));
  std::string failure;
  EXPECT_EQ(compare_reconnects(good, (folder.path() / "absent").string(), failure), "");
  EXPECT_NE(failure.find("absent: not a result"), std::string::npos) << failure;
  const std::string empty =
      write(folder, "empty.json", R"({"schema":"kitfox/bench-reconnect/1","values":{"agents":[]}})");
  EXPECT_EQ(compare_reconnects(empty, good, failure), "");
  EXPECT_NE(failure.find("empty.json: "), std::string::npos) << failure;
}

}  // namespace
}  // namespace kitfox::conformance
