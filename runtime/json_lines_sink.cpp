#include "runtime/json_lines_sink.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "runtime/ascii.hpp"
#include "runtime/errc.hpp"
#include "runtime/json_text.hpp"

namespace kitfox::runtime {
namespace {

struct level_name {
  severity level;
  std::string_view name;
};
constexpr std::array level_names{level_name{severity::debug, "debug"}, level_name{severity::info, "info"},
                                 level_name{severity::warning, "warning"},
                                 level_name{severity::error, "error"}};

std::string_view name_of(severity level) {
  const auto found = std::find_if(level_names.begin(), level_names.end(),
                                  [&](const auto& one) { return one.level == level; });
  return found->name;
}

/// Names are constants of the program: only values are cut.
constexpr std::size_t whole = std::string_view::npos;

/// Prints the alternatives of event_field::value as JSON.
struct value_printer {
  std::string& out;
  std::size_t bytes_max;

  void operator()(std::string_view text) const { append_json_string(out, text, bytes_max); }
  void operator()(std::int64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(std::uint64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
  void operator()(double number) const {
    if (std::isfinite(number)) {
      fmt::format_to(std::back_inserter(out), "{}", number);
    } else {
      out += "null";  // JSON has no word for it
    }
  }
};

spdlog::sink_ptr make_output(const std::string& path) {
  if (path.empty()) return std::make_shared<spdlog::sinks::stdout_sink_mt>();
  if (path == "stderr") return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
}

class json_lines_sink final : public event_sink {
 public:
  explicit json_lines_sink(const json_lines_options& options)
      : options_{options}, logger_{"kitfox", make_output(options.path)} {
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ",%v})", spdlog::pattern_time_type::utc));
    logger_.set_level(spdlog::level::trace);
    logger_.flush_on(spdlog::level::trace);
  }

  void emit(severity level, std::string_view event, std::span<const event_field> fields) override {
    if (level < options_.least) return;
    std::string line;
    line += "\"level\":\"";
    line += name_of(level);
    line += "\",\"event\":";
    append_json_string(line, event, whole);
    for (const event_field& field : fields) {
      line += ',';
      append_json_string(line, field.name, whole);
      line += ':';
      std::visit(value_printer{line, options_.field_bytes_max}, field.value);
    }
    logger_.log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
  }

 private:
  json_lines_options options_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<event_sink> make_json_lines_sink(const json_lines_options& options) {
  return std::make_unique<json_lines_sink>(options);
}

result<severity> parse_severity(std::string_view text) {
  const auto found = std::find_if(level_names.begin(), level_names.end(),
                                  [&](const auto& one) { return same_letters(one.name, text); });
  if (found == level_names.end()) return make_error_code(boost::system::errc::invalid_argument);
  return found->level;
}

}  // namespace kitfox::runtime
