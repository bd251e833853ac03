#pragma once
#include <memory>
#include <string>

#include "runtime/clock.hpp"
#include "runtime/event_sink.hpp"

namespace kitfox::runtime {

/// Writes each event as one line of JSON to a stream, by spdlog:
/// {"time":"2026-..Z","level":"info","event":"...", fields}. Control characters, quotes and invalid UTF-8 are
/// escaped, so that no value can add or break a line; a string field is cut at `field_bytes_max`. Lines are
/// flushed one by one.
struct json_lines_options {
  severity least = severity::info;
  std::size_t field_bytes_max = 4096;
  /// File to append to; empty: standard output. "stderr": standard error.
  std::string path;
};

/// Throws spdlog::spdlog_ex when the file cannot be opened.
[[nodiscard]] std::unique_ptr<event_sink> make_json_lines_sink(const json_lines_options&);

/// DEBUG, INFO, WARNING or ERROR, as in LOG_LEVEL; letter case does not matter. Fails with invalid_argument
/// when it is none of them.
[[nodiscard]] result<severity> parse_severity(std::string_view text);

}  // namespace kitfox::runtime
