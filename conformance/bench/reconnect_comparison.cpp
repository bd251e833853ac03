#include "conformance/bench/reconnect_comparison.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "conformance/bench/reconnect_bench.hpp"

namespace kitfox::conformance {
namespace {

using nlohmann::json;

/// The first agent of a result, and the bare handshakes beside it.
struct reconnect_result {
  std::string command;
  json cost, bare;
};

std::optional<reconnect_result> read(const std::string& file, std::string& failure) {
  std::ifstream in{file, std::ios::binary};
  const json whole = json::parse(in, nullptr, false);
  if (!whole.is_object() || whole.value("schema", "") != reconnect_schema) {
    failure = file + ": not a result of `kitfox bench reconnect --out`";
    return std::nullopt;
  }
  try {
    const json& agent = whole.at("values").at("agents").at(0);
    return reconnect_result{agent.at("command").get<std::string>(), agent.at("after_scheduled_delay"),
                            whole.at("values").at("bare_full")};
  } catch (const json::exception& wrong) {
    failure = file + ": " + wrong.what();
    return std::nullopt;
  }
}

}  // namespace

std::string compare_reconnects(const std::string& left_file, const std::string& right_file,
                               std::string& failure) {
  const auto left = read(left_file, failure), right = left ? read(right_file, failure) : std::nullopt;
  if (!left || !right) return {};
  std::string out =
      fmt::format("A  {}  {}\nB  {}  {}\n\n{:<12} {:>10} {:>10} {:>8}   {:>9} {:>9}\n", left_file,
                  left->command, right_file, right->command, "", "A ms", "B ms", "B/A", "A/bare", "B/bare");
  for (const char* name : {"p50_ms", "p90_ms", "p99_ms", "max_ms", "mean_ms"}) {
    const double a = left->cost.value(name, 0.0), b = right->cost.value(name, 0.0);
    const double bare_a = left->bare.value("p50_ms", 0.0), bare_b = right->bare.value("p50_ms", 0.0);
    const auto ratio = [](double of, double to) { return to > 0 ? of / to : 0; };
    out += fmt::format("{:<12} {:>10.3f} {:>10.3f} {:>8.2f}   {:>9.2f} {:>9.2f}\n",
                       std::string_view{name}.substr(0, std::string_view{name}.size() - 3), a, b, ratio(b, a),
                       ratio(a, bare_a), ratio(b, bare_b));
  }
  out += fmt::format("{:<12} {:>10} {:>10}\n", "reconnects", left->cost.value("count", 0),
                     right->cost.value("count", 0));
  return out;
}

}  // namespace kitfox::conformance
