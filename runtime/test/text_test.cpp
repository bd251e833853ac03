#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "runtime/input_buffer.hpp"
#include "runtime/json_lines_sink.hpp"
#include "runtime/json_text.hpp"

namespace kitfox::runtime {
namespace {

std::string as_json(std::string_view text, std::size_t bytes_max = 1000) {
  std::string out;
  append_json_string(out, text, bytes_max);
  return out;
}

TEST(JsonText, EscapesWhatCouldBreakALine) {
  EXPECT_EQ(as_json("plain"), R"("plain")");
  EXPECT_EQ(as_json("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(as_json("\n\r\t\x01\x1b\x7f"), R"("\n\r\t\u0001\u001b\u007f")");
  EXPECT_EQ(as_json("\xE2\x80\xA8\xE2\x80\xA9"), R"("\u2028\u2029")");
  EXPECT_EQ(as_json(std::string_view{"a\0b", 3}), R"("a\u0000b")");
  EXPECT_EQ(as_json("\xC3\xA9 \xF0\x9F\xA6\x8A"), "\"\xC3\xA9 \xF0\x9F\xA6\x8A\"");
}

TEST(JsonText, ReplacesWhatIsNotUtf8) {
  const std::string mark = "\xEF\xBF\xBD";
  for (const std::string bad : {"\x80", "\xFF", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                                "\xF4\x90\x80\x80", "\xC3", "\xE2\x80", "\xF0\x9F\xA6"}) {
    std::string expected = "\"";
    for (std::size_t i = 0; i < bad.size(); ++i) expected += mark;
    EXPECT_EQ(as_json(bad), expected + "\"");
  }
}

TEST(JsonText, IsAlwaysJson) {
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  EXPECT_TRUE(nlohmann::json::accept(as_json(every)));
  EXPECT_EQ(as_json(every).find('\n'), std::string::npos);
}

TEST(JsonText, CutsBetweenCharacters) {
  EXPECT_EQ(as_json("abcdef", 3), R"("abc")");
  EXPECT_EQ(as_json("ab\xC3\xA9", 3), R"("ab")");
  EXPECT_EQ(as_json("ab\xC3\xA9", 4), "\"ab\xC3\xA9\"");
}

/// A file of the test's own, removed at its end.
class scratch_file {
 public:
  scratch_file() {
    std::string pattern = std::filesystem::temp_directory_path() / "kitfox-sink-XXXXXX";
    const int descriptor = mkstemp(pattern.data());
    EXPECT_GE(descriptor, 0);
    close(descriptor);
    path_ = pattern;
  }
  ~scratch_file() { std::filesystem::remove(path_); }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::vector<nlohmann::json> lines() const {
    std::ifstream in{path_};
    std::vector<nlohmann::json> all;
    for (std::string line; std::getline(in, line);) all.push_back(nlohmann::json::parse(line));
    return all;
  }

 private:
  std::string path_;
};

TEST(JsonLinesSink, WritesOneObjectALine) {
  const scratch_file file;
  json_lines_options options;
  options.path = file.path();
  options.field_bytes_max = 10;
  const auto sink = make_json_lines_sink(options);
  sink->info("connected_to_gateway", {{"cluster_name", std::string_view{"prod"}},
                                      {"attempt", std::int64_t{-3}},
                                      {"bytes", std::uint64_t{1} << 63},
                                      {"share", 0.25},
                                      {"infinite", std::numeric_limits<double>::infinity()},
                                      {"first", true},
                                      {"forged", std::string_view{"x\"}\n{\"y"}},
                                      {"long", std::string_view{"0123456789abc"}}});
  sink->debug("not_written");
  sink->error("last");
  const auto lines = file.lines();
  ASSERT_EQ(lines.size(), 2u) << "each line is flushed, and debug is below the least severity";
  const auto& first = lines[0];
  EXPECT_EQ(first["level"], "info");
  EXPECT_EQ(first["event"], "connected_to_gateway") << "only values are cut";
  EXPECT_EQ(first["cluster_name"], "prod");
  EXPECT_EQ(first["attempt"], -3);
  EXPECT_EQ(first["bytes"], std::uint64_t{1} << 63);
  EXPECT_EQ(first["share"], 0.25);
  EXPECT_TRUE(first["infinite"].is_null());
  EXPECT_EQ(first["first"], true);
  EXPECT_EQ(first["forged"], "x\"}\n{\"y");
  EXPECT_EQ(first["long"], "0123456789");
  const std::string time = first["time"];
  EXPECT_EQ(time.size(), std::string{"2026-01-01T00:00:00.000000Z"}.size());
  EXPECT_EQ(time.back(), 'Z');
  EXPECT_EQ(lines[1]["event"], "last");
}

TEST(Severity, IsParsedWithoutCase) {
  EXPECT_EQ(parse_severity("DEBUG").value(), severity::debug);
  EXPECT_EQ(parse_severity("Info").value(), severity::info);
  EXPECT_EQ(parse_severity("warning").value(), severity::warning);
  EXPECT_EQ(parse_severity("ERROR").value(), severity::error);
  EXPECT_FALSE(parse_severity("loud").has_value());
  EXPECT_FALSE(parse_severity("").has_value());
}

void put(input_buffer& into, std::string_view text) {
  const auto room = into.prepare();
  ASSERT_GE(room.size(), text.size());
  std::copy(text.begin(), text.end(), room.begin());
  into.commit(text.size());
}

TEST(InputBuffer, KeepsBytesInOrder) {
  input_buffer buffer{64 * 1024};
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string piece = std::to_string(i) + ",";
    put(buffer, piece);
    expected += piece;
    if (i % 3 == 0) {
      const std::size_t count = std::min<std::size_t>(expected.size(), 7);
      buffer.consume(count);
      expected.erase(0, count);
    }
    ASSERT_EQ(buffer.view(), expected);
  }
}

TEST(InputBuffer, GrowsWithAFastPeerAndShrinksAgain) {
  input_buffer buffer{16 * 1024};
  EXPECT_EQ(buffer.prepare().size(), input_buffer::read_bytes_min);
  for (int i = 0; i < 5; ++i) {
    const auto room = buffer.prepare();
    std::fill(room.begin(), room.end(), 'x');
    buffer.commit(room.size());
    buffer.consume(buffer.size());
  }
  EXPECT_EQ(buffer.prepare().size(), 16u * 1024);
  for (int i = 0; i < 5; ++i) {
    put(buffer, "x");
    buffer.consume(1);
  }
  EXPECT_EQ(buffer.prepare().size(), input_buffer::read_bytes_min);
}

TEST(InputBuffer, ReleasesOnlyWhatIsEmpty) {
  input_buffer buffer{16 * 1024};
  put(buffer, "kept");
  buffer.release();
  EXPECT_EQ(buffer.view(), "kept");
  buffer.consume(4);
  buffer.release();
  EXPECT_TRUE(buffer.empty());
  put(buffer, "again");
  EXPECT_EQ(buffer.view(), "again");
}

}  // namespace
}  // namespace kitfox::runtime
